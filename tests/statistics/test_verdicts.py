from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.statistics import Comparison, compare, undecided_note, verdict


def comparison(
    seeds: int, difference: float, reach: float, needed: float | None = 23
) -> Comparison:
    return Comparison(
        seeds=seeds,
        difference=difference,
        low=difference - reach,
        high=difference + reach,
        p_value=0.01,
        p_sign_flip=None,
        probability_better=1.0,
        probability_low=0.5,
        probability_high=1.0,
        detectable_difference=1.4 * reach,
        seeds_needed=needed,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("seeds", "difference", "reach", "p_holm", "higher_is_better", "expected"),
    [
        (10, 0.02, 0.01, 0.01, True, "better"),
        (10, -0.02, 0.01, 0.01, True, "worse"),
        (10, -0.02, 0.01, 0.01, False, "better"),
        (10, 0.02, 0.01, 0.01, False, "worse"),
        (10, 0.02, 0.01, 0.01, None, "higher"),
        (10, -0.02, 0.01, 0.01, None, "lower"),
        (10, 0.02, 0.03, 0.01, None, "not separable"),
        (10, -0.02, 0.01, 0.05, None, "not separable"),
        (4, 0.02, 0.01, 0.001, None, "too few seeds"),
        (10, 0.02, 0.03, 0.01, True, "not separable"),
        (10, 0.02, 0.02, 0.01, True, "not separable"),
        (10, 0.02, 0.01, 0.05, True, "not separable"),
        (5, 0.02, 0.01, 0.049, True, "better"),
        (4, 0.02, 0.01, 0.001, True, "too few seeds"),
    ],
)
def test_verdicts_need_interval_corrected_p_and_seeds(
    seeds: int,
    difference: float,
    reach: float,
    p_holm: float,
    higher_is_better: bool | None,
    expected: str,
) -> None:
    assert verdict(comparison(seeds, difference, reach), p_holm, higher_is_better) == expected


def test_a_difference_that_is_none_is_not_separable() -> None:
    same = np.linspace(0.9, 0.95, 10)
    found = compare(same, same)
    assert (found.difference, found.low, found.high) == (0, 0, 0)
    assert (found.p_value, found.p_sign_flip, found.probability_better) == (1, 1, 0.5)
    assert verdict(found, found.p_value) == "not separable"


@pytest.mark.parametrize("in_points", [True, False])
def test_the_note_names_what_can_be_shown_and_what_would_be_needed(in_points: bool) -> None:
    found = undecided_note(comparison(5, 0.002, 0.003), in_points)
    shown = "0.42 points" if in_points else "0.0042"
    assert found == (
        f"These 5 seeds can show differences from {shown} on; 23 would be needed for the one seen."
    )


@pytest.mark.parametrize("needed", [None, math.nan])
def test_the_note_where_no_number_would_do(needed: float | None) -> None:
    assert undecided_note(comparison(10, 0.00001, 0.0001, needed)) == (
        "These 10 seeds can show differences from 0.01 points on; more than 1,000,000 would be"
        " needed for the one seen."
    )


def test_the_note_of_tiny_differences_and_large_numbers() -> None:
    assert undecided_note(comparison(10, 0.00001, 0.00003, 12345.0)) == (
        "These 10 seeds can show differences from less than 0.01 points on; 12,345 would be needed"
        " for the one seen."
    )


def test_the_note_below_the_fewest_seeds() -> None:
    assert undecided_note(comparison(4, 0.02, 0.01)) == (
        "4 seeds decide nothing; 5 are the fewest that do."
    )


def test_no_note_where_the_interval_leaves_out_0_or_nothing_differs() -> None:
    assert undecided_note(comparison(5, 0.02, 0.01)) == ""
    assert undecided_note(comparison(5, -0.02, 0.01)) == ""
    same = np.linspace(0.9, 0.95, 10)
    assert undecided_note(compare(same, same)) == ""


@given(st.lists(st.floats(-1, 1).map(lambda value: round(value, 4)), min_size=5, max_size=9))
def test_whoever_gets_a_note_has_fewer_seeds_than_needed(differences: list[float]) -> None:
    found = compare(differences, [0.0] * len(differences))
    if undecided_note(found):
        assert found.seeds_needed is None or found.seeds_needed > found.seeds
        assert abs(found.difference) < found.detectable_difference
