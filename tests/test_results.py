from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import precision_recall_fscore_support

from regscope import results
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.results import COMPARED, SUMMARY, TABLES
from regscope.results.compared import ACCURACIES
from regscope.statistics import holm
from tests import written
from tests.measures.tasked import of_classes

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
    expected = np.concatenate(list(measured.values()))
    assert np.allclose(stored, expected, rtol=0, atol=1e-9, equal_nan=True)
    assert gathered.seeds[written.NEVER].isna().all()


def test_the_summary_is_means_over_seeds(workspace: Path) -> None:
    measured, _ = written.write(SEEDS)
    summary = results.gather(written.NAME, written.study(SEEDS)).summary
    assert list(summary) == list(written.CELLS)
    for reg, row in summary.items():
        assert list(row) == of_classes(SUMMARY)
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
                )
            )
        rows = classes[classes["reg"] == reg]
        columns = ["precision", "recall", "f1", "support"]
        assert np.allclose(rows[columns].to_numpy().T, np.mean(scores, 0))
        assert np.array(scores)[0, 0, 2] == 0


def test_layers_and_units_are_a_row_a_seed_and_layer(workspace: Path) -> None:
    written.write(3)
    gathered = results.gather(written.NAME, written.study(3))
    assert list(gathered.layers.columns) == ["reg", "seed", "layer", "std", "total_variation"]
    assert list(gathered.layers["layer"]) == list(written.LAYERS) * 9
    assert list(gathered.layers["std"][:6]) == [0, 10, 1, 11, 2, 12]
    assert list(gathered.layers["total_variation"].isna()) == [False, True] * 9
    assert list(gathered.units["reg"]) == [reg for reg in written.CELLS for _ in range(3)]
    assert list(gathered.units["dead_fraction"]) == [0, 0.25, 0.5] * 3


def test_pruning_and_robustness_are_means_with_scipys_intervals(workspace: Path) -> None:
    written.write(5)
    gathered = results.gather(written.NAME, written.study(5))
    pruning, robustness = gathered.pruning, gathered.robustness
    assert list(pruning.columns) == [
        "reg", "scope", "fraction", "accuracy", "low", "high", "loss",
    ]  # fmt: skip
    scopes = ["all", *written.LAYERS]
    assert list(pruning["scope"][:9]) == [scope for scope in scopes for _ in range(3)]
    assert list(pruning["fraction"][:3]) == list(written.FRACTIONS)
    assert list(pruning["loss"]) == [2.0] * 27
    assert list(robustness.columns) == ["reg", "corruption", "severity", "accuracy", "low", "high"]
    assert list(robustness["corruption"]) == ["shift", "shift", "blur", "blur"] * 3
    assert list(robustness["severity"]) == list(written.SEVERITIES) * 6
    for table, positions in ((pruning, 3), (robustness, 2)):
        for index, row in enumerate(table.to_dict("records")):
            seeds = [written.accuracy(seed, index % positions) for seed in range(5)]
            interval = scipy.stats.ttest_1samp(seeds, 0).confidence_interval()
            assert row["accuracy"] == pytest.approx(np.mean(seeds))
            assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))


def test_reliability_pools_the_examples_of_all_seeds(workspace: Path) -> None:
    """10 examples of one seed and 30 of each of two others fall into bin 14."""
    written.write(3)
    found = results.gather(written.NAME, written.study(3)).reliability
    assert list(found.columns) == ["reg", "bin", "count", "confidence", "accuracy"]
    assert list(found["bin"]) == [7, 14] * 3
    assert list(found["count"]) == [5, 70] * 3
    assert list(found["confidence"][:2]) == pytest.approx([0.5, (9.4 + 60 * 0.98) / 70])
    assert list(found["accuracy"][:2]) == pytest.approx([0.4, 68 / 70])


def test_confused_pairs_of_the_cells(workspace: Path) -> None:
    _, confusions = written.write(5)
    found = results.gather(written.NAME, written.study(5)).confused
    assert list(found["reg"]) == [reg for reg in written.CELLS for _ in range(3)]
    for reg, counts in confusions.items():
        rows = found[found["reg"] == reg]
        assert list(rows["errors"]) == sorted(rows["errors"], reverse=True)
        for row in rows.to_dict("records"):
            one, two = (written.CLASSES.index(row[name]) for name in ("first", "second"))
            assert one < two
            assert row["errors"] == pytest.approx(
                (counts[:, one, two] + counts[:, two, one]).mean()
            )


def test_comparisons_are_scipys_paired_tests_corrected_over_the_cells(workspace: Path) -> None:
    measured, _ = written.write(SEEDS)
    comparisons = results.gather(written.NAME, written.study(SEEDS)).comparisons
    assert list(comparisons["measure"]) == [
        measure for measure in of_classes(COMPARED) for _ in range(2)
    ]
    for measure in of_classes(COMPARED):
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


NEUTRAL = {"generalization_gap", "prunable_fraction", "unit_correlation"}


def test_more_accuracy_is_better_more_loss_worse_and_more_of_others_higher(
    workspace: Path,
) -> None:
    written.write(SEEDS)
    comparisons = results.gather(written.NAME, written.study(SEEDS)).comparisons
    found = comparisons[comparisons["reg"] == "l1"].set_index("measure")["verdict"]
    assert found.to_dict() == {
        "test_accuracy": "better",
        "test_loss": "worse",
        "balanced_accuracy": "better",
        "average_precision": "better",
        "roc_auc": "better",
        "generalization_gap": "higher",
        "expected_calibration_error": "worse",
        "brier_score": "worse",
        "corruption_accuracy": "better",
        "prunable_fraction": "higher",
        "unit_correlation": "higher",
    }


def test_what_learns_less_is_worse_and_its_smaller_gap_only_lower(workspace: Path) -> None:
    written.write(SEEDS)
    seeds = results.gather(written.NAME, written.study(SEEDS)).seeds
    baseline = seeds[seeds["reg"] == "none"]
    loses = seeds["reg"] == "dropout"
    for measure, change in (("test_accuracy", -0.2), ("generalization_gap", -0.1)):
        nearly = change + 0.001 * (np.arange(SEEDS) % 3)
        seeds.loc[loses, measure] = baseline[measure].to_numpy() + nearly
    # Every weight of a network that has learned nothing can go.
    seeds.loc[loses, "prunable_fraction"] = 1.0
    found = results.compare_cells(seeds)
    rows = found[found["reg"] == "dropout"].set_index("measure")
    verdicts = rows["verdict"]
    assert verdicts["test_accuracy"] == "worse"
    assert verdicts["generalization_gap"] == "lower"
    assert verdicts["prunable_fraction"] == "higher"
    probabilities = rows["probability_better"]
    assert probabilities["generalization_gap"] == 0
    assert probabilities["prunable_fraction"] == 1


def test_the_probability_is_that_of_being_higher_unless_less_is_better(workspace: Path) -> None:
    measured, _ = written.write(SEEDS)
    found = results.gather(written.NAME, written.study(SEEDS)).comparisons
    for row in found.to_dict("records"):
        own, none = (column(measured, reg, row["measure"]) for reg in (row["reg"], "none"))
        wins = own < none if COMPARED[row["measure"]] is False else own > none
        assert row["probability_better"] == wins.mean(), row["measure"]
    assert {measure for measure, direction in COMPARED.items() if direction is None} == NEUTRAL


def test_comparisons_have_their_columns(workspace: Path) -> None:
    written.write(SEEDS)
    comparisons = results.gather(written.NAME, written.study(SEEDS)).comparisons
    assert list(comparisons.columns) == [
        "reg", "measure", "seeds", "difference", "low", "high", "p_value", "p_holm",
        "p_sign_flip", "probability_better", "probability_low", "probability_high",
        "detectable_difference", "seeds_needed", "matters", "p_equal", "p_equal_holm",
        "seeds_equal", "verdict", "firm", "guess_difference", "guess_low", "guess_high",
        "guess_p_holm", "beats_guess",
    ]  # fmt: skip


def test_only_accuracies_have_a_margin_and_its_tests_a_family_of_their_own(
    workspace: Path,
) -> None:
    written.write(SEEDS)
    seeds = results.gather(written.NAME, written.study(SEEDS)).seeds
    baseline = seeds.loc[seeds["reg"] == "none", "test_accuracy"].to_numpy()
    close = 0.001 * (np.arange(SEEDS) % 3 - 1)
    seeds.loc[seeds["reg"] == "dropout", "test_accuracy"] = baseline + close
    seeds.loc[seeds["reg"] == "l1", "test_accuracy"] = baseline + 0.1 + close
    found = results.compare_cells(seeds, 0.004)
    with_margin = found[found["matters"].notna()]
    assert set(with_margin["measure"]) == set(of_classes(ACCURACIES))
    assert set(with_margin["matters"]) == {0.004}
    assert found.loc[found["matters"].isna(), ["p_equal", "p_equal_holm"]].isna().all().all()
    rows = found[found["measure"] == "test_accuracy"].set_index("reg")
    assert rows["verdict"].to_dict() == {"l1": "better", "dropout": "no difference that matters"}
    one_sided = [
        scipy.stats.ttest_1samp(close, margin, alternative=side).pvalue
        for margin, side in ((0.004, "less"), (-0.004, "greater"))
    ]
    assert rows.loc["dropout", "p_equal"] == pytest.approx(max(one_sided), rel=1e-4)
    assert list(rows["p_equal_holm"]) == pytest.approx(holm(list(rows["p_equal"])))
    narrow = results.compare_cells(seeds, 0.0001)
    assert "undecided" in set(narrow.loc[narrow["reg"] == "dropout", "verdict"])


def test_seeds_without_a_measure_are_left_out_of_its_comparison(workspace: Path) -> None:
    written.write(SEEDS)
    seeds = results.gather(written.NAME, written.study(SEEDS)).seeds
    expected = results.compare_cells(seeds)
    broken = (seeds["reg"] == "l1") & (seeds["seed"] < 2)
    seeds.loc[broken, "unit_correlation"] = np.nan
    seeds.loc[seeds["reg"] == "dropout", "prunable_fraction"] = np.nan
    found = results.compare_cells(seeds)
    rows = {(row["measure"], row["reg"]): row for row in found.to_dict("records")}
    assert rows["unit_correlation", "l1"]["seeds"] == SEEDS - 2
    assert rows["unit_correlation", "dropout"]["seeds"] == SEEDS
    missing = rows["prunable_fraction", "dropout"]
    assert (missing.pop("seeds"), missing.pop("verdict")) == (0, "too few seeds")
    del missing["measure"], missing["reg"]
    assert all(np.isnan(value) for value in missing.values())
    # Holm's family is then what is left: one comparison, which is not corrected.
    alone = rows["prunable_fraction", "l1"]
    assert alone["p_holm"] == alone["p_value"]
    by_measure = [table[table["measure"] == "test_accuracy"] for table in (found, expected)]
    assert np.allclose(by_measure[0]["p_holm"], by_measure[1]["p_holm"])


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
    for table in TABLES:
        before, after = getattr(gathered, table), getattr(found, table)
        assert list(after.columns) == list(before.columns)
        numeric = before.select_dtypes("number").columns
        assert np.allclose(after[numeric], before[numeric], rtol=1e-8, equal_nan=True)
        # Columns of None where the number of seeds gives no such number.
        for name in set(before.columns) - set(numeric) - {
            "p_sign_flip", "seeds_needed", "seeds_equal", "beats_guess",
        }:  # fmt: skip
            assert list(after[name]) == list(before[name])
    summary = json.loads((paths.summary(written.NAME) / "summary.json").read_text())
    assert summary == gathered.summary


def test_names_that_look_like_something_else_stay_names(workspace: Path) -> None:
    written.write(2)
    gathered = results.gather(written.NAME, written.study(2))
    seconds = ["null", "nan", "NA"] * len(gathered.cells)
    confused = gathered.confused.assign(first="7", second=seconds)
    named = dataclasses.replace(gathered, confused=confused)
    results.write(named, paths.summary(written.NAME))
    found = results.load(written.NAME).confused
    assert set(found["first"]) == {"7"}
    assert list(found["second"]) == seconds


def test_what_no_seed_has_is_an_empty_field_and_null_in_the_summary(workspace: Path) -> None:
    written.write(2)
    gathered = results.gather(written.NAME, written.study(2))
    measure = "prunable_fraction"
    without = dataclasses.replace(gathered, seeds=gathered.seeds.assign(**{measure: np.nan}))
    results.write(without, paths.summary(written.NAME))
    head, first, *_ = (paths.summary(written.NAME) / "seeds.csv").read_text().splitlines()
    assert dict(zip(head.split(","), first.split(","), strict=True))[measure] == ""
    assert results.load(written.NAME).seeds[measure].isna().all()
    summary = json.loads((paths.summary(written.NAME) / "summary.json").read_text())
    assert summary["none"][measure] is None


def test_a_missing_table_is_one_line(workspace: Path) -> None:
    written.write(2)
    results.write(results.gather(written.NAME, written.study(2)), paths.summary(written.NAME))
    (paths.summary(written.NAME) / "units.csv").unlink()
    with pytest.raises(RegscopeError) as refused:
        results.load(written.NAME)
    assert str(refused.value) == (
        "metrics/studies/small/units.csv: not there; rebuild the study with:"
        " dvc exp run -S study=small"
    )


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
        "seeds.csv", "layers.csv", "classes.csv", "comparisons.csv", "units.csv", "pruning.csv",
        "robustness.csv", "reliability.csv", "confused.csv", "guess.csv", "summary.json",
    }  # fmt: skip


def test_environments_are_listed_where_they_differ(workspace: Path) -> None:
    written.write(2)
    found = results.gather_environment(written.NAME, written.study(2))
    assert found == {"device": "cpu", "torch": ["2.1", "2.0"]}


def test_the_same_results_keep_what_they_were_first_made_with(workspace: Path) -> None:
    """Which machine made them last is no result."""
    written.write(SEEDS)
    before, after = paths.summary(written.NAME), workspace / "after"
    results.write(results.gather(written.NAME, written.study(SEEDS)), before)
    results.write_environment({"processor": "one"}, before, written.NAME)
    results.write(results.gather(written.NAME, written.study(SEEDS)), after)
    results.write_environment({"processor": "another"}, after, written.NAME)
    assert json.loads((after / "environment.json").read_text()) == {"processor": "one"}
    (after / "seeds.csv").write_text("other results")
    results.write_environment({"processor": "another"}, after, written.NAME)
    assert json.loads((after / "environment.json").read_text()) == {"processor": "another"}
