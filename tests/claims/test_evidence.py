from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regscope.claims.check import Value
from regscope.claims.evidence import (
    Evidence,
    NotRunError,
    pairs,
    reaching,
    reaching_note,
    tuned_note,
)
from regscope.claims.rule import Rule
from regscope.statistics import compare, new_run
from tests.claims import synthetic
from tests.claims.synthetic import check, claim

NONE = (0.90, 0.91, 0.92, 0.93, 0.94)
L1 = (0.91, 0.92, 0.93, 0.94, 0.96)
RULE = Rule()
EVIDENCE = synthetic.accuracies(none=NONE, l1=L1, l2=NONE[::-1])


@pytest.mark.parametrize("comparison", ["higher", "lower"])
def test_a_cell_is_compared_seed_by_seed_with_the_baseline(comparison: str) -> None:
    (found,) = pairs(check(comparison=comparison), EVIDENCE, RULE)
    expected = compare(L1, NONE)
    assert (found.cell, found.against) == ("l1", "none")
    assert found.finding.measured.mean == pytest.approx(expected.difference)
    assert found.finding.measured.low == pytest.approx(expected.low)
    assert found.finding.p_value == pytest.approx(expected.p_value)
    assert (found.finding.oriented.mean > 0) == (comparison == "higher")


def test_seeds_are_paired_by_number_and_only_shared_ones_count() -> None:
    evidence = synthetic.accuracies(none=NONE, l1=L1)
    seeds = evidence.results.seeds
    shuffled = pd.concat(
        [seeds, pd.DataFrame([{"reg": "l1", "seed": 9, "test_accuracy": 0.0}])]
    ).sample(frac=1, random_state=0)
    results: Any = evidence.results
    results.seeds = shuffled
    (found,) = pairs(check(), evidence, RULE)
    assert found.finding.seeds == 5
    assert found.finding.measured.mean == pytest.approx(np.mean(L1) - np.mean(NONE))


def test_several_cells_make_every_pair() -> None:
    found = pairs(check(cell=["l1", "l2"], against=["none"]), EVIDENCE, RULE)
    assert [(pair.cell, pair.against) for pair in found] == [("l1", "none"), ("l2", "none")]
    found = pairs(check(comparison="highest", against=["none", "l2"]), EVIDENCE, RULE)
    assert [(pair.cell, pair.against) for pair in found] == [("l1", "none"), ("l1", "l2")]
    assert all(pair.finding.oriented.mean > 0 for pair in found)


def test_lowest_is_the_other_way() -> None:
    found = pairs(check(comparison="lowest", against=["none", "l2"]), EVIDENCE, RULE)
    assert all(pair.finding.oriented.mean < 0 for pair in found)


def test_equal_takes_the_claims_margin_or_the_rules() -> None:
    (own,) = pairs(check(comparison="equal", margin=0.02), EVIDENCE, RULE)
    (common,) = pairs(check(comparison="equal"), EVIDENCE, RULE)
    assert own.finding.oriented.mean == pytest.approx(0.02 - 0.012)
    assert common.finding.oriented.mean == pytest.approx(0.005 - 0.012)


@pytest.mark.parametrize(("comparison", "above"), [("at_least", True), ("at_most", False)])
def test_a_level_is_held_against_its_threshold(comparison: str, above: bool) -> None:
    (found,) = pairs(check(comparison=comparison, threshold=0.5), EVIDENCE, RULE)
    assert found.against is None
    assert found.finding.measured.mean == pytest.approx(np.mean(L1))
    assert found.finding.oriented.mean == pytest.approx((1 if above else -1) * 0.432)


def test_a_value_is_held_against_where_a_new_run_falls() -> None:
    (found,) = pairs(check(comparison="value", reported={"l1": 0.95}), EVIDENCE, RULE)
    expected = new_run(np.array(L1), [np.array(NONE), np.array(NONE[::-1])]).interval()
    assert found.finding.measured.low == pytest.approx(expected.low)
    assert found.finding.oriented.mean == pytest.approx(expected.high - 0.95)


def test_cells_that_are_no_better_than_a_guess_are_not_pooled_with() -> None:
    results = synthetic.tables({"test_accuracy": {"none": NONE, "l1": L1, "l2": (0.1,) * 5}})
    results.lost = {"l2"}
    written = check(comparison="value", reported={"l1": 0.95})
    (found,) = pairs(written, Evidence(results), RULE)
    expected = new_run(np.array(L1), [np.array(NONE)]).interval()
    assert found.finding.measured.high == pytest.approx(expected.high)


@pytest.mark.parametrize("prefix", ["layers", "units"])
def test_a_layers_own_measure(prefix: str) -> None:
    column = {"layers": "std", "units": "correlation"}[prefix]
    evidence = Evidence(synthetic.tables({column: {"none": NONE, "l1": L1}}))
    for layer, factor in (("hidden1", 1.0), ("hidden2", 0.5)):
        (found,) = pairs(check(measure=f"{prefix}.{column}", layer=layer), evidence, RULE)
        assert found.finding.measured.mean == pytest.approx(factor * 0.012)


def test_a_spread_is_a_ratio_of_standard_deviations() -> None:
    (found,) = pairs(check(measure="spread.test_accuracy", comparison="lower"), EVIDENCE, RULE)
    assert found.finding.measured.mean == pytest.approx(np.std(L1) / np.std(NONE))
    assert found.finding.oriented.mean == pytest.approx(-np.log(np.std(L1) / np.std(NONE)))


def test_confused_classes_come_with_their_interval_whatever_their_order_and_type() -> None:
    results = synthetic.tables({"test_accuracy": {"l1": L1}})
    results.confused = pd.DataFrame(
        {
            "reg": "l1", "first": [3, 5], "second": [8, 3], "errors": [4.0, 9.0],
            "excess": [1.0, 6.0], "low": [-1.0, 4.0], "high": [3.0, 8.0], "p_value": [0.3, 0.002],
        }
    )  # fmt: skip
    written = check(measure="confused.excess", pair=[3, 5], comparison="at_least", threshold=0)
    (found,) = pairs(written, Evidence(results), RULE)
    assert found.finding.measured.mean == 6
    assert (found.finding.oriented.low, found.finding.p_value) == (4, 0.002)
    assert found.finding.seeds == 5
    missing = written.model_copy(update={"pair": ("1", "2")})
    with pytest.raises(NotRunError, match=r"^l1 has no pair 1 and 2 among its confused classes$"):
        pairs(missing, Evidence(results), RULE)


def swept(**changed: object) -> Evidence:
    """A path of L1 on which 0.1 is best on validation and 1 ruins everything."""
    accuracy = {0.0: 0.90, 0.1: 0.95, 1.0: 0.30}
    path = pd.DataFrame(
        {"family": "l1", "strength": strength, "seed": seed, "test_accuracy": mean + seed / 1000}
        for strength, mean in accuracy.items()
        for seed in range(5)
    )
    tuned = pd.DataFrame(
        [
            {
                "family": "l1", "strength": 0.1, "difference": 0.05, "low": 0.04, "high": 0.06,
                "verdict": "better", **changed,
            }
        ]
    )  # fmt: skip
    return replace(EVIDENCE, path=path, tuned=tuned)


@pytest.mark.parametrize(("at", "expected"), [("best", 0.05), ("strongest", -0.60)])
def test_a_path_is_held_against_its_own_strength_zero(at: str, expected: float) -> None:
    (found,) = pairs(check(measure="paths.test_accuracy", at=at), swept(), RULE)
    assert (found.cell, found.against) == ("l1", "none")
    assert found.finding.measured.mean == pytest.approx(expected)


def test_where_validation_is_best_without_a_method_its_best_strength_is_no_evidence() -> None:
    without = swept(strength=0.0, difference=0.0, verdict="left out")
    with pytest.raises(NotRunError, match=r"^validation is best without l1, so no strength is "):
        pairs(check(measure="paths.test_accuracy", at="best"), without, RULE)
    (found,) = pairs(check(measure="paths.test_accuracy", at="strongest"), without, RULE)
    assert found.finding.measured.mean == pytest.approx(-0.60)
    assert tuned_note(claim(assumed="l1"), without) == "validation is best without l1"


def test_the_strength_at_which_a_path_takes_a_published_value() -> None:
    """From .952 at .1 to .302 at 1, straight in the logarithm; from .902 at 0 to there: at .1."""
    written = check(comparison="value", reported={"l1": 0.627})
    assert reaching(written, "l1", 0.627, swept()) == pytest.approx([10**-0.5])
    assert reaching(written, "l1", 0.93, swept()) == pytest.approx([0.1, 10 ** (-1 + 22 / 650)])
    assert reaching(written, "l1", 0.99, swept()) == []
    assert reaching(written, "l2", 0.93, swept()) == []
    assert reaching(written, "l1", 0.93, EVIDENCE) == []
    assert isinstance(written, Value)
    assert reaching_note(written, "l1", swept()) == (
        "on its strength path l1 passes through the published value at about 0.32"
    )


def test_an_assumed_strength_is_told_beside_the_best_one() -> None:
    assert tuned_note(claim(assumed="l1"), swept()) == (
        "at the strength of l1 that is best on validation, 0.1: +5.00 points [+4.00, +6.00], better"
    )
    tried = swept(strength=1.0, grid_end="largest")
    assert "best on validation, 1 (the largest tried): " in tuned_note(claim(assumed="l1"), tried)
    assert tuned_note(claim(), swept()) == ""
    assert tuned_note(claim(assumed="l1"), EVIDENCE) == ""
    assert tuned_note(claim(assumed="l1", measure="test_loss"), swept()) == ""
    other = claim(assumed="l2", cell="l2", against="l1")
    assert tuned_note(other, swept()) == ""


def test_a_sweep_judged_by_another_measure_says_nothing_of_accuracy() -> None:
    by_loss = swept(measure="test_loss", difference=-0.05, low=-0.06, high=-0.04)
    assert tuned_note(claim(assumed="l1"), by_loss) == ""
    # Nats, not points.
    assert tuned_note(claim(assumed="l1", measure="test_loss"), by_loss) == (
        "at the strength of l1 that is best on validation, 0.1: -0.0500 [-0.0600, -0.0400], better"
    )
    by_area = swept(measure="roc_auc")
    assert tuned_note(claim(assumed="l1", measure="roc_auc"), by_area).endswith(
        "0.1: +5.00 points [+4.00, +6.00], better"
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"cell": "dropout"}, "no results of dropout"),
        ({"against": "dropout"}, "no results of dropout"),
        ({"measure": "weight_gini"}, "the results have no weight_gini by seed"),
        ({"measure": "layers.std", "layer": "output"}, "no results of l1 in output"),
        (
            {"measure": "layers.std", "layer": "hidden1"},
            "the results have no layers.std by seed",
        ),
        ({"measure": "paths.test_accuracy", "at": "best"}, "no strength paths of this study"),
        (
            {"measure": "confused.excess", "pair": ["a", "b"], "comparison": "at_least",
             "threshold": 0},
            "no results of l1",
        ),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_run(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotRunError, match=f"^{re.escape(reason)}$"):
        pairs(check(**changed), EVIDENCE, RULE)


def test_a_family_without_a_path_is_not_run() -> None:
    written = check(measure="paths.test_accuracy", at="best", cell="l2")
    with pytest.raises(NotRunError, match=r"^no strength path of l2$"):
        pairs(written, swept(), RULE)


def test_seeds_without_a_value_are_not_run() -> None:
    evidence = synthetic.accuracies(none=NONE, l1=(0.9, float("nan"), float("nan"), 0.9, 0.9))
    with pytest.raises(NotRunError, match=r"^test_accuracy has no value in 2 of 5 seeds of l1$"):
        pairs(check(), evidence, RULE)


def test_cells_without_a_common_seed_are_not_run() -> None:
    evidence = synthetic.accuracies(none=NONE, l1=L1)
    results: Any = evidence.results
    results.seeds.loc[results.seeds["reg"] == "l1", "seed"] += 10
    with pytest.raises(NotRunError, match=r"^l1 and none share no seed$"):
        pairs(check(), evidence, RULE)


def test_a_spread_without_any_is_not_run() -> None:
    evidence = synthetic.accuracies(none=NONE, l1=(0.9,) * 5)
    with pytest.raises(NotRunError, match=r"^all seeds have the same value$"):
        pairs(check(measure="spread.test_accuracy"), evidence, RULE)
