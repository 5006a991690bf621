from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from regscope import results
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.results.digests import SUMS_FILE
from regscope.results.study import csv
from tests.command.called import called
from tests.committed import committed
from tests.report import synthetic

ACCURACIES = {
    "none": (0.90, 0.91, 0.92, 0.93, 0.94),
    "l1": (0.901, 0.9105, 0.921, 0.9305, 0.9395),
    "l2": (0.95, 0.96, 0.97, 0.98, 0.981),
}
CELLS = {"none": {}, "l1": {"l1": 0.00001}, "l2": {"l2": 0.00001}}


@pytest.fixture
def folder(workspace: Path) -> Path:
    found = synthetic.found(ACCURACIES)
    synthetic.write({"small": synthetic.study(CELLS)}, {"small": found})
    return paths.summary("small")


def contents(folder: Path) -> dict[str, bytes]:
    """Without the list of digests, which is made anew each time."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != SUMS_FILE}


@pytest.mark.parametrize("asked", [(), ("small",)])
def test_what_was_lost_or_changed_comes_back(asked: tuple[str, ...], folder: Path) -> None:
    before = contents(folder)
    (folder / "comparisons.csv").write_text("old\n")
    (folder / "summary.json").unlink()
    called("rederive", *asked)
    assert contents(folder) == before


def test_what_matters_is_the_studys_own(folder: Path) -> None:
    settings = (folder / "settings.json").read_text()
    for matters, verdict in ((0.002, "no difference that matters"), (0.00001, "undecided")):
        (folder / "settings.json").write_text(
            settings.replace('"training_loss": 0.5', f'"training_loss": 0.5, "matters": {matters}')
        )
        called("rederive")
        table = pd.read_csv(folder / "comparisons.csv").set_index(["reg", "measure"])
        assert table.loc[("l1", "test_accuracy"), "verdict"] == verdict
        assert table.loc[("l1", "test_accuracy"), "matters"] == matters


def test_without_results_it_says_so(workspace: Path) -> None:
    with pytest.raises(
        RegscopeError, match=r"^no study has a seeds\.csv in metrics/studies: nothing"
    ):
        called("rederive")


def without(column: str) -> str:
    return f"metrics/studies/small/seeds.csv: has no column {column}"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda seeds: seeds.drop(columns="test_loss"), without("test_loss")),
        (lambda seeds: seeds.drop(columns="seed"), without("seed")),
        (
            lambda seeds: seeds[seeds["reg"] != "l1"],
            "metrics/studies/small/seeds.csv: has no row of l1",
        ),
        (
            lambda seeds: seeds[:-1],
            "metrics/studies/small/seeds.csv: l2 has 4 of the study's 5 seeds; the first that it"
            " lacks is 4",
        ),
        (
            lambda seeds: seeds.replace({"seed": {4: 3}}),
            "metrics/studies/small/seeds.csv: line 6: reg none, seed 3 is there a second time",
        ),
        (
            lambda seeds: pd.concat([seeds, seeds[-1:].assign(reg="huber")]),
            "metrics/studies/small/seeds.csv: line 17: reg = huber: is none of the study's: none,"
            " l1, l2",
        ),
    ],
)
def test_an_incomplete_table_is_one_line_and_nothing_is_written(
    change: object, line: str, folder: Path
) -> None:
    file = folder / "seeds.csv"
    assert callable(change)
    change(pd.read_csv(file)).to_csv(file, index=False)
    (folder / "comparisons.csv").write_text("old\n")
    before = contents(folder)
    with pytest.raises(RegscopeError) as refused:
        called("rederive")
    assert str(refused.value) == line
    assert contents(folder) == before


def test_a_study_that_there_is_not_is_one_line(folder: Path) -> None:
    with pytest.raises(RegscopeError) as refused:
        called("rederive", "small", "large")
    assert str(refused.value) == (
        "study large: has no seeds.csv in metrics/studies; choose from: small"
    )


def test_settings_that_mean_nothing_any_more_are_one_line(folder: Path) -> None:
    file = folder / "settings.json"
    file.write_text(file.read_text().replace('"l1": 1e-05', '"huber": 1e-05'))
    with pytest.raises(RegscopeError, match=r"^metrics/studies/small/settings\.json: .*huber"):
        called("rederive")


@pytest.mark.slow
def test_committed_results_are_what_follows_from_committed_seeds(workspace: Path) -> None:
    """But for last digits, which another version of scipy may give otherwise."""
    shutil.copytree(committed() / "metrics", "metrics")
    files = sorted(
        [*Path("metrics").glob("studies/*/comparisons.csv"), *Path("metrics").glob("paths/*/*.csv")]
    )
    before = {file: pd.read_csv(file) for file in files}
    summaries = {file: file.read_bytes() for file in Path("metrics").glob("studies/*/summary.json")}
    called("rederive")
    for file, table in before.items():
        found = pd.read_csv(file)
        pd.testing.assert_frame_equal(found, table, rtol=1e-6, atol=1e-12, obj=str(file))
    assert {file: file.read_bytes() for file in summaries} == summaries


def older(folder: Path) -> None:
    """As an older version left it: neither the guess nor what was measured later."""
    (folder / "guess.csv").unlink()
    table = pd.read_csv(folder / "comparisons.csv")
    later = [column for column in table.columns if "guess" in column]
    table.drop(columns=later).to_csv(folder / "comparisons.csv", index=False)


def test_older_tables_get_the_guess_that_they_hold(folder: Path) -> None:
    before = contents(folder)
    older(folder)
    assert results.load("small").guessed("test_accuracy") == 0.5
    called("rederive")
    assert contents(folder) == before
    assert set(pd.read_csv(folder / "guess.csv")["shares"]) == {"test"}
    # Each seed has a test set of its own here: balanced accuracy is not to be had.
    assert "balanced_accuracy" not in pd.read_csv(folder / "seeds.csv").columns


def test_balanced_accuracy_is_accuracy_where_all_test_on_as_many_of_each_class(
    folder: Path,
) -> None:
    file = folder / "settings.json"
    settings = json.loads(file.read_text()) | {"data": {"source": "mnist"}}
    file.write_text(json.dumps(settings))
    before = (folder / "seeds.csv").read_text()
    called("rederive")
    seeds = pd.read_csv(folder / "seeds.csv")
    assert list(seeds["balanced_accuracy"]) == list(seeds["test_accuracy"])
    others = seeds.drop(columns="balanced_accuracy")
    assert csv(others) == before
    compared = pd.read_csv(folder / "comparisons.csv").set_index(["reg", "measure"])["verdict"]
    assert compared[("l2", "balanced_accuracy")] == compared[("l2", "test_accuracy")] == "better"
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["l2"]["balanced_accuracy"] == summary["l2"]["test_accuracy"]
    assert "roc_auc" not in summary["l2"]


def test_a_study_about_what_its_table_lacks_is_one_line(folder: Path) -> None:
    file = folder / "settings.json"
    file.write_text(
        file.read_text().replace('"training_loss": 0.5', '"training_loss": 0.5, "primary": "loss"')
    )
    called("rederive")
    file.write_text(file.read_text().replace('"loss"', '"roc_auc"'))
    with pytest.raises(RegscopeError) as refused:
        called("rederive")
    assert str(refused.value) == (
        "studies.small.evaluation.primary = roc_auc: metrics/studies/small/seeds.csv has no"
        " roc_auc; rebuild the study with: dvc exp run -S study=small"
    )
