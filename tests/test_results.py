from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import precision_recall_fscore_support

from regscope import paths, results
from regscope.results import COMPARED, SUMMARY
from regscope.statistics import holm
from tests import written

SEEDS = 10


def column(measured: dict[str, np.ndarray], reg: str, measure: str) -> np.ndarray:
    return measured[reg][:, written.MEASURES.index(measure)]


def test_seeds_are_one_row_a_cell_and_seed_in_order(workspace: Path) -> None:
    measured, _ = written.write(SEEDS)
    gathered = results.gather(written.NAME, written.study(SEEDS))
    assert list(gathered.seeds.columns) == ["reg", "seed", *written.MEASURES]
    assert list(gathered.seeds["reg"]) == [reg for reg in written.CELLS for _ in range(SEEDS)]
    assert list(gathered.seeds["seed"]) == list(range(SEEDS)) * 3
    assert gathered.cells == list(written.CELLS)
    stored = gathered.seeds[list(written.MEASURES)].to_numpy()
    assert np.allclose(stored, np.concatenate(list(measured.values())), rtol=0, atol=1e-9)


def test_the_summary_is_means_over_seeds(workspace: Path) -> None:
    measured, _ = written.write(SEEDS)
    summary = results.gather(written.NAME, written.study(SEEDS)).summary
    assert list(summary) == list(written.CELLS)
    for reg, row in summary.items():
        assert list(row) == list(SUMMARY)
        for measure, mean in row.items():
            expected = column(measured, reg, measure).mean()
            assert mean == pytest.approx(expected, abs=5.1e-7), (reg, measure)


def test_classes_are_scikit_learns_scores_of_the_predictions(workspace: Path) -> None:
    _, confusions = written.write(3)
    classes = results.gather(written.NAME, written.study(3)).classes
    assert list(classes["class"]) == list(written.CLASSES) * 3
    for reg, counts in confusions.items():
        scores = []
        for confusion in counts:
            actual = [row for row in range(3) for _ in range(confusion[row].sum())]
            predicted = [
                column
                for row in range(3)
                for column in range(3)
                for _ in range(confusion[row, column])
            ]
            scores.append(
                precision_recall_fscore_support(
                    actual, predicted, labels=range(3), zero_division=0.0
                )[:3]
            )
        rows = classes[classes["reg"] == reg]
        assert np.allclose(rows[["precision", "recall", "f1"]].to_numpy().T, np.mean(scores, 0))
        assert np.array(scores)[0, 0, 2] == 0


def test_layers_are_means_over_seeds(workspace: Path) -> None:
    written.write(3)
    layers = results.gather(written.NAME, written.study(3)).layers
    assert list(layers.columns) == ["reg", "layer", "std"]
    assert list(layers["layer"]) == ["hidden1", "output"] * 3
    assert list(layers["std"]) == [1.0, 11.0] * 3


def test_comparisons_are_scipys_paired_tests_corrected_over_the_cells(workspace: Path) -> None:
    measured, _ = written.write(SEEDS)
    comparisons = results.gather(written.NAME, written.study(SEEDS)).comparisons
    assert list(comparisons["measure"]) == [measure for measure in COMPARED for _ in range(2)]
    for measure in COMPARED:
        rows = comparisons[comparisons["measure"] == measure].set_index("reg")
        assert list(rows.index) == ["l1", "dropout"]
        tests = [
            scipy.stats.ttest_rel(column(measured, reg, measure), column(measured, "none", measure))
            for reg in rows.index
        ]
        assert list(rows["p_value"]) == pytest.approx([test.pvalue for test in tests], rel=1e-6)
        assert list(rows["p_holm"]) == pytest.approx(
            holm([test.pvalue for test in tests]), rel=1e-6
        )
        for reg, test in zip(rows.index, tests, strict=True):
            interval = test.confidence_interval()
            difference = column(measured, reg, measure) - column(measured, "none", measure)
            assert rows.loc[reg, "difference"] == pytest.approx(difference.mean(), abs=1e-9)
            assert rows.loc[reg, "low"] == pytest.approx(interval.low, abs=1e-9)
            assert rows.loc[reg, "high"] == pytest.approx(interval.high, abs=1e-9)
            assert rows.loc[reg, "seeds"] == SEEDS


def test_more_accuracy_is_better_and_more_loss_is_worse(workspace: Path) -> None:
    written.write(SEEDS)
    comparisons = results.gather(written.NAME, written.study(SEEDS)).comparisons
    found = comparisons[comparisons["reg"] == "l1"].set_index("measure")["verdict"]
    assert found.to_dict() == {
        "test_accuracy": "better",
        "test_loss": "worse",
        "generalization_gap": "worse",
    }


def test_seeds_are_paired_by_number_not_by_row(workspace: Path) -> None:
    written.write(SEEDS)
    gathered = results.gather(written.NAME, written.study(SEEDS))
    shuffled = gathered.seeds.sample(frac=1, random_state=0).sort_values("reg", kind="stable")
    found = results.compare_cells(shuffled).set_index(["measure", "reg"]).sort_index()
    expected = gathered.comparisons.set_index(["measure", "reg"]).sort_index()
    assert np.allclose(found[["difference", "p_value"]], expected[["difference", "p_value"]])


@pytest.mark.parametrize("seeds", [1, 2, SEEDS])
def test_what_is_written_is_read_back(seeds: int, workspace: Path) -> None:
    written.write(seeds)
    gathered = results.gather(written.NAME, written.study(seeds))
    results.write(gathered, paths.summary(written.NAME))
    found = results.load(written.NAME)
    assert found.summary == gathered.summary
    assert list(found.classes["class"]) == list(gathered.classes["class"])
    for table in ("seeds", "layers", "classes", "comparisons"):
        before, after = getattr(gathered, table), getattr(found, table)
        assert list(after.columns) == list(before.columns)
        numeric = before.select_dtypes("number").columns
        assert np.allclose(after[numeric], before[numeric], rtol=1e-8, equal_nan=True)
    summary = json.loads((paths.summary(written.NAME) / "summary.json").read_text())
    assert summary == gathered.summary


def test_writing_twice_gives_the_same_bytes(workspace: Path) -> None:
    written.write(SEEDS)
    folders = [workspace / name for name in ("one", "two")]
    for folder in folders:
        results.write(results.gather(written.NAME, written.study(SEEDS)), folder)
    first, second = (
        {path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders
    )
    assert first == second
    assert set(first) == {
        "seeds.csv", "layers.csv", "classes.csv", "comparisons.csv", "summary.json",
    }  # fmt: skip


def test_environments_are_listed_where_they_differ(workspace: Path) -> None:
    written.write(2)
    found = results.gather_environment(written.NAME, written.study(2))
    assert found == {"device": "cpu", "torch": ["2.1", "2.0"]}
