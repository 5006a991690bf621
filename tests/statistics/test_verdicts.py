from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.statistics import (
    EQUAL,
    TOO_FEW,
    UNDECIDED,
    VERDICTS,
    Comparison,
    compare,
    equal_note,
    holm,
    holm_of_family,
    seeds_to_decide,
    undecided_note,
    verdict,
)


def comparison(
    seeds: int,
    difference: float,
    reach: float,
    needed: float | None = 23,
    equal: float | None = None,
    matters: float | None = None,
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
        matters=matters,
        p_equal=None if matters is None else 0.01,
        seeds_equal=equal,  # type: ignore[arg-type]
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
        (10, 0.02, 0.03, 0.01, None, "undecided"),
        (10, -0.02, 0.01, 0.05, None, "undecided"),
        (4, 0.02, 0.01, 0.001, None, "too few seeds"),
        (10, 0.02, 0.03, 0.01, True, "undecided"),
        (10, 0.02, 0.02, 0.01, True, "undecided"),
        (10, 0.02, 0.01, 0.05, True, "undecided"),
        (5, 0.02, 0.01, 0.049, True, "better"),
        (4, 0.02, 0.01, 0.001, True, "too few seeds"),
    ],
)
def test_a_difference_needs_interval_corrected_p_and_seeds(
    seeds: int,
    difference: float,
    reach: float,
    p_holm: float,
    higher_is_better: bool | None,
    expected: str,
) -> None:
    assert verdict(comparison(seeds, difference, reach), p_holm, higher_is_better) == expected


@pytest.mark.parametrize(
    ("seeds", "difference", "reach", "p_holm", "p_equal_holm", "expected"),
    [
        (10, 0.001, 0.003, 0.4, 0.04, EQUAL),
        (10, -0.001, 0.003, 0.4, 0.04, EQUAL),
        (10, -0.003, 0.001, 0.001, 0.001, EQUAL),
        (10, 0.001, 0.003, 0.4, 0.05, UNDECIDED),
        (10, 0.001, 0.003, 0.4, None, UNDECIDED),
        (10, 0.002, 0.003, 0.4, 0.04, UNDECIDED),
        (10, -0.002, 0.003, 0.4, 0.04, UNDECIDED),
        (10, 0.0045, 0.001, 0.001, 0.04, "better"),
        (10, -0.0045, 0.001, 0.001, 0.2, "worse"),
        (10, 0.02, 0.001, 0.001, 1, "better"),
        (4, 0.001, 0.001, 0.4, 0.001, TOO_FEW),
    ],
)
def test_no_difference_that_matters_needs_interval_corrected_p_and_seeds(
    seeds: int, difference: float, reach: float, p_holm: float, p_equal_holm: float, expected: str
) -> None:
    found = comparison(seeds, difference, reach, matters=0.005)
    assert verdict(found, p_holm, True, p_equal_holm) == expected
    assert expected in VERDICTS


def test_without_a_margin_nothing_is_too_small_to_matter() -> None:
    assert verdict(comparison(10, 0.0, 0.0001), 1, True, 0.001) == UNDECIDED


def test_the_note_on_what_is_certain_and_too_small() -> None:
    certain = comparison(10, -0.003, 0.001, matters=0.005)
    assert equal_note(certain, 0.001, 0.001) == "certain, and too small to matter"
    assert equal_note(certain, 0.2, 0.001) == ""
    assert equal_note(certain, 0.001, 0.2) == ""
    assert equal_note(comparison(10, 0.001, 0.003, matters=0.005), 0.001, 0.001) == ""
    assert equal_note(comparison(4, -0.003, 0.001, matters=0.005), 0.001, 0.001) == ""


def test_a_difference_that_is_none_is_undecided_without_a_margin_and_equal_within_one() -> None:
    same = np.linspace(0.9, 0.95, 10)
    found = compare(same, same, matters=0.005)
    assert (found.difference, found.low, found.high) == (0, 0, 0)
    assert (found.p_value, found.p_sign_flip, found.probability_better) == (1, 1, 0.5)
    assert verdict(found, found.p_value) == UNDECIDED
    assert verdict(found, found.p_value, True, found.p_equal) == EQUAL
    # 1 / 2**5 outlasts no correction over two cells.
    few = compare(same[:5], same[:5], matters=0.005)
    assert few.p_equal is not None
    assert verdict(few, 1, True, 2 * few.p_equal) == UNDECIDED


def test_corrections_are_holms_of_both_families() -> None:
    generator = np.random.default_rng(0)
    drawn = generator.normal(0.9, 0.002, (4, 2, 6))
    family = [compare(cell, baseline, matters=0.005) for cell, baseline in drawn]
    found = holm_of_family(family)
    assert [p for p, _ in found] == holm([one.p_value for one in family])
    assert [p for _, p in found] == holm([one.p_equal or 0 for one in family])
    assert holm_of_family([compare([1, 2], [2, 1])]) == [(1.0, None)]
    assert holm_of_family([]) == []


def test_seeds_to_decide_are_the_fewer_of_both_ways() -> None:
    assert seeds_to_decide(comparison(5, 0.002, 0.003, 23, 12)) == (
        12, "to show that it does not matter",
    )  # fmt: skip
    assert seeds_to_decide(comparison(5, 0.002, 0.003, 12.0, math.nan)) == (
        12, "to show the difference seen",
    )  # fmt: skip
    assert seeds_to_decide(comparison(5, 0.0, 0.003, None, math.nan)) == (None, "")


@pytest.mark.parametrize("in_points", [True, False])
def test_the_note_names_what_can_be_shown_and_what_would_be_needed(in_points: bool) -> None:
    shown = "0.42 points" if in_points else "0.0042"
    for equal, wanted in (
        (None, "23 would be needed to show the difference seen."),
        (12, "12 would be needed to show that it does not matter."),
    ):
        found = comparison(5, 0.002, 0.003, equal=equal)
        assert undecided_note(found, UNDECIDED, in_points) == (
            f"These 5 seeds can show differences from {shown} on; {wanted}"
        )


@pytest.mark.parametrize("needed", [None, math.nan])
def test_the_note_where_no_number_would_do(needed: float | None) -> None:
    assert undecided_note(comparison(10, 0.00001, 0.0001, needed), UNDECIDED) == (
        "These 10 seeds can show differences from 0.01 points on; more than 1,000,000 would be"
        " needed for the one seen."
    )


def test_the_note_of_tiny_differences_and_large_numbers() -> None:
    assert undecided_note(comparison(10, 0.00001, 0.00003, 12345.0), UNDECIDED) == (
        "These 10 seeds can show differences from less than 0.01 points on; 12,345 would be needed"
        " to show the difference seen."
    )


def test_the_note_below_the_fewest_seeds() -> None:
    assert undecided_note(comparison(4, 0.02, 0.01), TOO_FEW) == (
        "4 seeds decide nothing; 5 are the fewest that do."
    )


def test_the_note_where_all_seeds_are_the_same() -> None:
    found = compare(np.full(5, 0.95), np.full(5, 0.9), matters=0.005)
    assert undecided_note(found, UNDECIDED) == (
        "These 5 seeds are all the same; 6 would be needed to show the difference seen."
    )


@pytest.mark.parametrize("answer", ["better", "worse", "higher", "lower", EQUAL])
def test_an_answer_gets_no_note(answer: str) -> None:
    assert undecided_note(comparison(5, 0.02, 0.01), answer) == ""


@given(
    st.lists(st.floats(-1, 1).map(lambda value: round(value, 4)), min_size=5, max_size=9),
    st.sampled_from([None, 0.01, 0.2, 2.0]),
    st.integers(1, 9),
)
def test_whoever_is_undecided_has_fewer_seeds_than_would_decide(
    differences: list[float], matters: float | None, comparisons: int
) -> None:
    found = compare(differences, [0.0] * len(differences), True, comparisons, matters)
    p_equal = None if found.p_equal is None else min(1, comparisons * found.p_equal)
    if verdict(found, min(1, comparisons * found.p_value), True, p_equal) == UNDECIDED:
        needed, _ = seeds_to_decide(found)
        assert needed is None or needed > found.seeds
        assert abs(found.difference) <= found.detectable_difference
