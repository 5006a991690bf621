from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.claims.rule import VERDICTS, Rule, corrected, value_verdict, verdict
from regscope.statistics import Interval

RULE = Rule()
AS_CLAIMED = Interval(0.02, 0.01, 0.03)
OPPOSITE = Interval(-0.02, -0.03, -0.01)
AROUND_ZERO = Interval(0.01, -0.01, 0.03)


@pytest.mark.parametrize(
    ("oriented", "p_holm", "seeds", "size_fits", "expected"),
    [
        (AS_CLAIMED, 0.01, 5, True, "reproduced"),
        (AS_CLAIMED, 0.01, 5, False, "same direction"),
        (AS_CLAIMED, 0.05, 5, True, "not separable"),
        (AS_CLAIMED, 0.01, 4, True, "not separable"),
        (AROUND_ZERO, 0.01, 10, True, "not separable"),
        (Interval(0.01, 0.0, 0.02), 0.01, 10, True, "not separable"),
        (OPPOSITE, 0.01, 5, True, "contradicted"),
        (OPPOSITE, 0.01, 5, False, "contradicted"),
        (OPPOSITE, 0.05, 5, True, "not separable"),
        (OPPOSITE, 0.01, 4, True, "not separable"),
    ],
)
def test_an_effect_needs_its_interval_its_corrected_p_and_enough_seeds(
    oriented: Interval, p_holm: float, seeds: int, size_fits: bool, expected: str
) -> None:
    assert verdict(oriented, p_holm, seeds, size_fits, RULE) == expected


@pytest.mark.parametrize(
    ("published", "low", "high", "p_holm", "seeds", "expected"),
    [
        (0.93, 0.92, 0.94, 1.0, 5, "reproduced"),
        (0.94, 0.92, 0.94, 1.0, 5, "reproduced"),
        (0.93, 0.92, 0.94, 1.0, 4, "not separable"),
        (0.93, 0.83, 1.03, 1.0, 10, "not separable"),
        (0.95, 0.92, 0.94, 0.049, 5, "contradicted"),
        (0.91, 0.92, 0.94, 0.049, 5, "contradicted"),
        (0.95, 0.92, 0.94, 0.05, 5, "not separable"),
        (0.95, 0.92, 0.94, 0.001, 4, "not separable"),
    ],
)
def test_one_published_value_is_held_against_where_a_new_run_falls(
    published: float, low: float, high: float, p_holm: float, seeds: int, expected: str
) -> None:
    new_run = Interval((low + high) / 2, low, high)
    assert value_verdict(published, new_run, p_holm, seeds, 0.05, RULE) == expected


def test_an_accuracy_is_reproduced_by_a_narrower_interval_than_a_loss() -> None:
    assert RULE.widest(0.93, is_fraction=True) == 0.01
    assert RULE.widest(-0.5, is_fraction=False) == pytest.approx(0.05)
    other = Rule(widest_value=0.2, widest_fraction=0.03)
    assert other.widest(0.5, is_fraction=True) == 0.03
    assert other.widest(0.5, is_fraction=False) == 0.1
    edge = Interval(0.5, 0.25, 0.75)
    assert value_verdict(0.5, edge, 1.0, 5, 0.25, RULE) == "reproduced"
    assert value_verdict(0.5, edge, 1.0, 5, 0.249, RULE) == "not separable"


def test_the_rules_numbers_decide() -> None:
    assert verdict(AS_CLAIMED, 0.07, 5, True, Rule(significance=0.1)) == "reproduced"
    assert verdict(AS_CLAIMED, 0.01, 5, True, Rule(fewest_seeds=6)) == "not separable"


@given(
    mean=st.floats(-1, 1),
    half=st.floats(0, 1),
    p_holm=st.floats(0, 1),
    seeds=st.integers(1, 20),
    fits=st.booleans(),
)
def test_turning_an_effect_round_swaps_reproduced_and_contradicted(
    mean: float, half: float, p_holm: float, seeds: int, fits: bool
) -> None:
    found = verdict(Interval(mean, mean - half, mean + half), p_holm, seeds, fits, RULE)
    turned = verdict(Interval(-mean, -mean - half, -mean + half), p_holm, seeds, fits, RULE)
    assert found in VERDICTS
    assert (found == "not separable") == (turned == "not separable")
    assert (found == "contradicted") == (turned in ("reproduced", "same direction"))


def test_holm_corrects_within_a_family_and_not_across() -> None:
    p_values = {"a": 0.01, "b": 0.04, "c": 0.03, "alone": 0.04}
    families = {"a": 1, "b": 1, "c": 1, "alone": 2, "not run": 1}
    assert corrected(p_values, families) == pytest.approx(
        {"a": 0.03, "b": 0.06, "c": 0.06, "alone": 0.04}
    )
