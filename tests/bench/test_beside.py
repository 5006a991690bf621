"""Tables beside scikit-learn: the same rows, the same preparation, the sentences that follow."""

from __future__ import annotations

import copy
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bench import tables_beside
from bench.beside import page
from bench.beside.measuring import measure, measured_seed, scores
from bench.beside.models import BOOSTING, MLP, NAMES, fitted, preparation
from bench.beside.ours import cells_of
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.datasets.base import Dataset
from regscope.models.dense.columns import ColumnEmbedding
from regscope.study.params import Study
from tests.bench.test_readme import HEAD
from tests.own import tables


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    return tables.brought()


@pytest.fixture
def dataset(source: Any) -> Dataset:
    found: Dataset = source.read()
    return found


def study_of(source: Any) -> Study:
    return Study.model_validate(
        {
            "title": "Churn",
            "data": {"source": "table", "path": source.path, "target": source.target},
            "split": {"train": 160, "validation": 32, "by": "stratified"},
            "model": {"kind": "tabular", "hidden": [8]},
            "training": {
                "optimizer": "adam",
                "learning_rate": 0.01,
                "batch_size": 32,
                "epochs": 3,
                "seeds": 2,
            },
            "evaluation": {"training_loss": 0.3},
            "regularizers": {"none": {}, "l2": {"l2": 0.001}},
        }
    )


def test_the_preparation_gives_what_our_first_layer_gives(dataset: Dataset) -> None:
    """Numbers and gaps to rounding; a category that did not train is no category."""
    train = np.flatnonzero(dataset.inputs[:, 1] != 1)[:80]
    layer = ColumnEmbedding(dataset.input_shape, 4)
    layer.fit(dataset.inputs[train])
    ours = layer(torch.from_numpy(dataset.inputs)).detach().numpy()
    theirs = preparation(dataset.input_shape).fit(dataset.inputs[train].astype(float))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        prepared = theirs.transform(dataset.inputs.astype(float))
    columns = len(layer.layout.numbers) + len(layer.layout.gaps)
    assert columns == len(dataset.columns)
    np.testing.assert_allclose(prepared[:, :columns], ours[:, :columns], atol=2e-6)
    unknown = dataset.inputs[:, 1] == 1
    assert unknown.any()
    np.testing.assert_array_equal(prepared[unknown, columns:], 0)
    np.testing.assert_array_equal(prepared[~unknown, columns:].sum(1), 1)


def test_scores_of_classes_and_of_numbers(dataset: Dataset) -> None:
    classes = replace(dataset, targets=np.repeat([0, 1], [150, 50]))
    told = np.repeat([0, 1, 0], [120, 70, 10])
    found = scores(classes, np.arange(200), told)
    assert found == {"test_accuracy": 0.8, "balanced_accuracy": 0.8}
    assert scores(classes, np.arange(200), np.zeros(200))["balanced_accuracy"] == 0.5
    numbers = tables.brought(target="age", age=[f"{row / 7:.3f}" for row in range(200)]).read()
    true = numbers.targets[:10]
    assert scores(numbers, np.arange(10), true + 2)["test_rmse"] == pytest.approx(2)
    constant = scores(numbers, np.arange(10), np.full(10, true.mean()))
    assert constant["test_r2"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("way", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_what_is_held_out_reaches_no_model(way: str, source: Any, dataset: Dataset) -> None:
    study = study_of(source)
    split = dataset.split(study.split, 1)
    planted = dataset.inputs.copy()
    planted[split.holdout, 0] = 1e6
    planted[split.holdout, 1] = -1
    first = fitted(way, study, dataset, split.train, 1)
    second = fitted(way, study, replace(dataset, inputs=planted), split.train, 1)
    asked = dataset.inputs[split.holdout].astype(float)
    np.testing.assert_array_equal(first.predict_proba(asked), second.predict_proba(asked))


def test_a_seed_is_measured_on_what_its_split_holds_out(source: Any, dataset: Dataset) -> None:
    """Where a column tells the target, but on the rows that are held out its opposite."""
    study = study_of(source)
    telling = dataset.inputs.copy()
    telling[:, 0] = dataset.targets
    right = measured_seed(BOOSTING, study, replace(dataset, inputs=telling), 3)
    assert right["test_accuracy"] == 1
    holdout = dataset.split(study.split, 3).holdout
    telling[holdout, 0] = 1 - dataset.targets[holdout]
    wrong = measured_seed(BOOSTING, study, replace(dataset, inputs=telling), 3)
    assert wrong["test_accuracy"] == 0


@pytest.mark.timeout(300)
def test_a_study_measured(source: Any) -> None:
    found = measure("churn", study_of(source), 2)
    assert [len(found["ways"][way]) for way in NAMES] == [2, 2]
    assert found["rows"] == {"train": 160, "test": 40}
    assert found["primary"] == "test_accuracy"
    assert found["seconds"] > 0
    assert "scikit-learn" in found["machine"]["versions"]
    text = page.block({"churn": found | {"ours": None}})
    assert "| regscope: no results yet | – | – | – | – |" in text


def seeds(*values: float) -> list[dict[str, float]]:
    return [{**dict.fromkeys(ours(), value), "seconds": 2.0} for value in values]


def ours(*values: float) -> dict[str, list[float]]:
    return {"test_accuracy": list(values), "balanced_accuracy": list(values)}


MEASURED: dict[str, Any] = HEAD | {
    "study": "churn",
    "quantity": None,
    "primary": "test_accuracy",
    "rows": {"train": 1600, "test": 400},
    "weighted": False,
    "seconds": 0.25,
    "ways": {MLP: seeds(0.70, 0.71, 0.72), BOOSTING: seeds(0.80, 0.83, 0.82)},
    "ours": {"none": ours(0.70, 0.72, 0.71), "l2": ours(0.81, 0.82, 0.81)},
}


def test_the_best_cell_is_told_as_best_in_hindsight() -> None:
    """Means and half widths: t is 4.303 with two degrees of freedom."""
    text = page.block({"churn": MEASURED})
    assert "| regscope, none | 71.00 ± 2.48 | 71.00 ± 2.48 | 3 | 0.2 |" in text
    assert "| regscope, best in hindsight: L2 | 81.33 ± 1.43 | 81.33 ± 1.43 | 3 | – |" in text
    assert "| HistGradientBoosting | 81.67 ± 3.79 | 81.67 ± 3.79 | 3 | 2.0 |" in text


def test_who_wins_is_told_by_differences_seed_by_seed() -> None:
    assert page.told(MEASURED) == (
        "Accuracy: nobody wins; HistGradientBoosting has the highest mean, before regscope, best in"
        " hindsight: L2 by +0.33 points [−2.54, +3.20] over 3 seeds. Alike in widths and training,"
        " none is at 0.00 points [−2.48, +2.48] of scikit-learn's MLP."
    )
    better = copy.deepcopy(MEASURED)
    better["ours"]["l2"] = ours(0.90, 0.93, 0.92, 0.99)
    told = page.told(better)
    assert told.startswith(
        "Accuracy: regscope, best in hindsight: L2 wins, before HistGradientBoosting by +10.00"
        " points [+10.00, +10.00] over 3 seeds."
    )
    without = MEASURED | {"ours": None}
    assert page.told(without).startswith(
        "Accuracy, scikit-learn's two: HistGradientBoosting wins, before"
    )
    assert "No study has results of regscope's own yet." in page.block({"churn": without})


def test_the_summary_counts_who_is_first_and_by_more_than_chance() -> None:
    better = copy.deepcopy(MEASURED)
    better["ours"]["l2"] = ours(0.90, 0.93, 0.92)
    text = page.block({"one": better, "other": MEASURED, "third": MEASURED | {"ours": None}})
    assert "- Regscope is first in 1 of 2 studies, in 1 of them by more than chance." in text
    assert "- HistGradientBoosting is first in 1 of 2 studies, in 0 of them by more" in text
    assert "- Scikit-learn's MLP is first in 0 of 2 studies" in text


def test_where_none_is_best_it_stands_once() -> None:
    found = MEASURED | {"ours": {"none": ours(0.9, 0.9, 0.9), "l2": ours(0.8, 0.8, 0.8)}}
    assert list(page.ways(found)) == ["regscope, none", *page.CALLED.values()]
    assert page.placing(found).maker == "regscope"


def test_the_measure_of_a_study_about_balanced_accuracy_decides() -> None:
    found = MEASURED | {"primary": "balanced_accuracy"}
    found["ours"] = {"none": ours(0.9, 0.9, 0.9), "l2": ours(0.8, 0.8, 0.8)}
    found["ours"]["l2"]["balanced_accuracy"] = [0.95, 0.95, 0.95]
    assert page.best_cell(found["ours"], "balanced_accuracy") == "l2"
    assert page.told(found).startswith("Balanced accuracy: regscope, best in hindsight: L2 wins")


def test_committed_results_are_read_seed_by_seed(tmp_path: Path) -> None:
    assert cells_of("churn", False, tmp_path) is None
    (tmp_path / "churn").mkdir()
    file = tmp_path / "churn" / "seeds.csv"
    lines = ["reg,seed,test_accuracy,balanced_accuracy", "none,0,0.5,0.4", "none,1,0.75,0.5"]
    file.write_text("\n".join([*lines, "l2,0,0.25,0.125", "l2,1,1,1"]) + "\n")
    assert cells_of("churn", False, tmp_path) == {
        "none": {"test_accuracy": [0.5, 0.75], "balanced_accuracy": [0.4, 0.5]},
        "l2": {"test_accuracy": [0.25, 1.0], "balanced_accuracy": [0.125, 1.0]},
    }
    file.write_text("\n".join([*lines, "l2,1,1,1"]) + "\n")
    with pytest.raises(RegscopeError, match="l2: must have all seeds from 0, in order"):
        cells_of("churn", False, tmp_path)


def test_results_that_changed_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that takes them anew, which then makes the page current."""
    monkeypatch.chdir(tmp_path)
    tables_beside.FOLDER.mkdir(parents=True)
    write_json(tables_beside.FOLDER / "german.json", MEASURED | {"ours": None})
    Path("docs").mkdir()
    tables_beside.PAGE.write_text("<!-- results: begin -->\n\n<!-- results: end -->\n")
    with pytest.raises(RegscopeError, match=r"not those of bench.results.beside; run"):
        tables_beside.check()
    tables_beside.PAGE.write_text(tables_beside.current())
    tables_beside.check()
    folder = Path("metrics/studies/german")
    folder.mkdir(parents=True)
    (folder / "seeds.csv").write_text(
        "reg,seed,test_accuracy,balanced_accuracy\nnone,0,0.5,0.4\nnone,1,0.75,0.5\n"
    )
    with pytest.raises(RegscopeError, match=r"not the results of metrics.studies.german; run"):
        tables_beside.check()
    tables_beside.take_ours(Path("metrics/studies"))
    tables_beside.PAGE.write_text(tables_beside.current())
    tables_beside.check()
    assert "| regscope, none | 62.50" in tables_beside.PAGE.read_text()
