"""Differences that are the same, whatever rounding makes of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.statistics import (
    ROUNDING,
    Comparison,
    compare,
    mean_and_deviation,
    mean_interval,
    paired_differences,
)

RIGHT = np.array([459, 450, 450, 468, 466])
COUNTS = st.integers(2, 20000).flatmap(
    lambda examples: st.tuples(
        st.just(examples), st.lists(st.integers(0, examples), min_size=2, max_size=9)
    )
)


def from_table(values: np.ndarray) -> np.ndarray:
    """As a table of nine significant digits gives them back."""
    return np.array([float(f"{value:.9g}") for value in values])


def constant(found: Comparison, better: float) -> None:
    assert found.p_value == 2.0 ** (1 - found.seeds)
    assert found.low == found.difference == found.high
    assert found.detectable_difference == (0 if found.seeds >= 6 else math.inf)
    assert found.seeds_needed == 6
    assert found.probability_better == better


@pytest.mark.parametrize("examples", [500, 1397, 10000])
@pytest.mark.parametrize("written", [False, True])
def test_one_example_more_in_every_seed_has_no_spread(examples: int, written: bool) -> None:
    right = np.round(RIGHT / 500 * examples)
    plainly_the_same = []
    for fewer, more in ((right - 1, right), (right, right + 1)):
        cell, baseline = more / examples, fewer / examples
        if written:
            cell, baseline = from_table(cell), from_table(baseline)
        plainly_the_same.append(len(set(cell - baseline)) == 1)
        found = compare(cell, baseline)
        constant(found, better=1)
        assert found.p_value == 0.0625
        constant(compare(baseline, cell), better=0)
        constant(compare(cell, baseline, higher_is_better=False), better=0)
    assert not all(plainly_the_same)


@given(COUNTS, st.integers(-50, 50), st.booleans())
def test_a_constant_shift_of_counts_is_a_constant_difference(
    counts: tuple[int, list[int]], shift: int, written: bool
) -> None:
    examples, right = counts
    baseline = np.array(right) / examples
    cell = (np.array(right) + shift) / examples
    if written:
        cell, baseline = from_table(cell), from_table(baseline)
    found = compare(cell, baseline)
    if shift:
        constant(found, better=float(shift > 0))
        assert found.difference == pytest.approx(shift / examples, rel=1e-3)
    else:
        assert (found.p_value, found.difference, found.probability_better) == (1, 0, 0.5)


@given(COUNTS, st.randoms(use_true_random=False))
def test_ties_are_ties_and_wins_are_wins(counts: tuple[int, list[int]], random: object) -> None:
    examples, right = counts
    other = list(reversed(right))
    exact = np.sign(np.array(right) - np.array(other))
    cell, baseline = from_table(np.array(right) / examples), from_table(np.array(other) / examples)
    assert list(np.sign(paired_differences(cell, baseline))) == list(exact)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9), st.floats(-1e6, 1e6))
def test_differences_are_kept_to_the_tolerance(values: list[float], other: float) -> None:
    plain = np.array(values) - other
    found = paired_differences(values, other)
    tolerance = ROUNDING * max(*np.abs(values), abs(other))
    assert np.abs(found - plain).max() <= len(values) * tolerance * (1 + 1e-9)
    assert list(found) == list(-paired_differences(np.full(len(values), other), values))


def test_the_tolerance_is_relative_to_the_values() -> None:
    values = np.array([1.0, 2.0, 4.0])
    for scale in (1e-6, 1.0, 1e6):
        assert not paired_differences(scale * values * (1 + 4e-9), scale * values).any()
        found = paired_differences(scale * values * (1 + 1e-6), scale * values)
        assert list(found) == pytest.approx(list(1e-6 * scale * values), rel=1e-6)


def test_groups_of_equal_differences_become_equal_and_others_stay() -> None:
    cell = np.array([0.3, 0.5, 0.7, 0.9]) + np.array([0.01, 0.01 + 1e-10, 0.02, 1e-10])
    found = paired_differences(cell, [0.3, 0.5, 0.7, 0.9])
    assert found[0] == found[1] == pytest.approx(0.01)
    assert found[2] == pytest.approx(0.02)
    assert found[3] == 0


def test_what_is_not_finite_stays() -> None:
    found = paired_differences([math.inf, 1.0, math.nan], [1.0, 0.5, 1.0])
    assert found[:2].tolist() == [math.inf, 0.5]
    assert math.isnan(found[2])
    assert paired_differences([], []).size == 0
    mean, deviation = mean_and_deviation([1.0, math.inf])
    assert mean == math.inf
    assert math.isnan(deviation)


@pytest.mark.parametrize("value", [0.2697867137638703, 0.1, 1e-3, 97.3, 0.0, -1 / 3])
@pytest.mark.parametrize("count", [1, 5, 10, 100])
def test_equal_values_are_their_mean_and_have_no_deviation(value: float, count: int) -> None:
    assert mean_and_deviation(np.full(count, value)) == (value, 0)
    interval = mean_interval(np.full(count, value))
    assert interval.mean == value
    if count > 1:
        assert interval.low == interval.high == value


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=300), st.integers(1, 3))
def test_other_values_have_numpys_to_the_bit(values: list[float], step: int) -> None:
    strided = np.repeat([0.1, 0.2, 0.4, *values], step)[::step]
    if np.ptp(strided) > ROUNDING * np.abs(strided).max():
        assert mean_and_deviation(strided) == (strided.mean(), strided.std(ddof=1))
