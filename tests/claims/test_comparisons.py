from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from regscope.claims.comparisons import (
    against_threshold,
    difference,
    equivalence,
    given,
    single_value,
)
from regscope.statistics import prediction_interval

LEVEL = 0.95
X = np.array([0.91, 0.93, 0.92, 0.95, 0.94, 0.93])
Y = np.array([0.90, 0.90, 0.91, 0.93, 0.92, 0.90])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_difference_is_scipys_paired_t_test(sign: int) -> None:
    found = difference(X, Y, sign, LEVEL)
    expected = stats.ttest_rel(X, Y)
    interval = expected.confidence_interval(LEVEL)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.measured.low, found.measured.high) == pytest.approx((interval.low, interval.high))
    assert found.measured.mean == pytest.approx(0.02)
    assert found.oriented.mean == pytest.approx(sign * 0.02)
    assert found.oriented.low < found.oriented.mean < found.oriented.high
    assert found.seeds == 6


def test_new_single_runs_need_not_share_a_seed() -> None:
    """Where seeds move both cells alike, paired differences vary less than runs of their own."""
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(2000):
        shared = rng.normal(size=6)
        x, y = shared + 0.1 * rng.normal(size=6) + 1, shared + 0.1 * rng.normal(size=6)
        expected = difference(x, y, 1, LEVEL).new_run
        assert expected is not None
        lone = 1 + math.hypot(1, 0.1) * (rng.normal() - rng.normal())
        inside += expected.low <= lone <= expected.high
    assert 0.94 < inside / 2000 < 0.99


def test_the_level_sets_the_width() -> None:
    narrow, wide = (difference(X, Y, 1, level).measured for level in (0.5, 0.99))
    assert narrow.high - narrow.low < wide.high - wide.low


def test_equivalence_is_two_one_sided_t_tests() -> None:
    margin = 0.03
    found = equivalence(X, Y, margin, LEVEL)
    below = stats.ttest_1samp(X - Y, -margin, alternative="greater").pvalue
    above = stats.ttest_1samp(X - Y, margin, alternative="less").pvalue
    assert found.p_value == pytest.approx(max(below, above))
    plain = difference(X, Y, 1, LEVEL).measured
    assert found.measured == plain
    assert found.oriented.mean == pytest.approx(margin - 0.02)
    assert found.oriented.low == pytest.approx(margin - plain.high)
    assert found.oriented.high == pytest.approx(margin - plain.low)
    turned = equivalence(Y, X, margin, LEVEL)
    assert turned.p_value == pytest.approx(found.p_value)
    assert turned.oriented.low == pytest.approx(found.oriented.low)


def test_beyond_the_margin_the_room_is_negative_and_p_is_of_its_edge() -> None:
    found = equivalence(X, Y, 0.005, LEVEL)
    assert found.oriented.high < 0
    assert found.p_value == pytest.approx(stats.ttest_1samp(X - Y, 0.005).pvalue)


def test_an_interval_around_zero_leaves_the_whole_margin_as_room() -> None:
    found = equivalence(X, X[::-1].copy(), 0.03, LEVEL)
    assert found.measured.low < 0 < found.measured.high
    assert found.oriented.high == pytest.approx(0.03)


def test_a_threshold_is_a_one_sample_t_test() -> None:
    found = against_threshold(X, 0.92, 1, LEVEL)
    expected = stats.ttest_1samp(X, 0.92)
    interval = expected.confidence_interval(LEVEL)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.measured.low, found.measured.high) == pytest.approx((interval.low, interval.high))
    assert found.oriented.low == pytest.approx(interval.low - 0.92)
    assert against_threshold(X, 0.92, -1, LEVEL).oriented.low == pytest.approx(0.92 - interval.high)


def test_without_spread_p_is_the_smallest_that_flipping_signs_can_give() -> None:
    zeros = np.zeros(10)
    assert against_threshold(zeros, 0.01, 1, LEVEL).p_value == 2.0**-9
    assert difference(zeros, zeros, 1, LEVEL).p_value == 1
    assert equivalence(zeros, zeros, 0.01, LEVEL).p_value == 2.0**-10
    assert single_value(zeros, 0.5, LEVEL).p_value == 2.0**-9


CONSTANTS = [np.full(10, 0.2697867137638703), np.full(5, 0.1), np.full(7, 1e-3), np.full(6, 97.3)]


@pytest.mark.parametrize("values", CONSTANTS, ids=str)
def test_equal_seeds_have_no_spread_whatever_their_digits(values: np.ndarray) -> None:
    count = len(values)
    beside = 1.5 * values[0]
    found = single_value(values, beside, LEVEL)
    assert found.p_value == found.smallest_p == 2.0 ** (1 - count)
    assert found.measured.low == found.measured.high == values[0]
    itself = single_value(values, values[0], LEVEL)
    assert (itself.p_value, itself.oriented.mean) == (1, 0)
    level = against_threshold(values, beside, -1, LEVEL)
    assert level.p_value == level.smallest_p == 2.0 ** (1 - count)
    assert level.measured.low == level.measured.high
    same = against_threshold(values, values[0], 1, LEVEL)
    assert (same.p_value, same.smallest_p, same.oriented.mean) == (1, 0, 0)


def counts_of(examples: int) -> tuple[np.ndarray, np.ndarray]:
    """Accuracies one example apart in every seed, as a table gives them back."""
    right = np.round(np.array([459, 450, 450, 468, 466]) / 500 * examples)
    cell, other = (
        np.array([float(f"{value:.9g}") for value in correct / examples])
        for correct in (right + 1, right)
    )
    return cell, other


@pytest.mark.parametrize("examples", [500, 1397, 10000])
def test_one_example_more_in_every_seed_is_a_difference_without_spread(examples: int) -> None:
    cell, other = counts_of(examples)
    found = difference(cell, other, 1, LEVEL)
    assert found.p_value == found.smallest_p == 0.0625
    assert found.measured.low == found.measured.high == pytest.approx(1 / examples, rel=1e-4)
    within = equivalence(cell, other, 0.01, LEVEL)
    assert within.p_value == within.smallest_p == 2.0**-5
    beyond = equivalence(cell, other, 1e-5, LEVEL)
    assert beyond.p_value == beyond.smallest_p == 0.0625


def test_with_spread_there_is_no_smallest_p() -> None:
    found = (
        difference(X, Y, 1, LEVEL),
        difference(X, X, 1, LEVEL),
        equivalence(X, Y, 0.1, LEVEL),
        against_threshold(X, 0.5, 1, LEVEL),
        single_value(X, 0.5, LEVEL),
        given(1.0, 0.5, 1.5, 0.01, 5),
    )
    assert [one.smallest_p for one in found] == [0] * len(found)
    assert given(1.0, 1.0, 1.0, 0.0625, 5).smallest_p == 0.0625


def test_a_published_value_is_a_new_observation() -> None:
    found = single_value(X, 0.96, LEVEL)
    expected = prediction_interval(X)
    assert (found.measured.low, found.measured.high) == pytest.approx((expected.low, expected.high))
    # A sample of one against six, with the six's own spread: the pooled two-sample t test.
    assert found.p_value == pytest.approx(stats.ttest_ind([0.96], X).pvalue)
    at_the_end = single_value(X, expected.high, LEVEL)
    assert at_the_end.p_value == pytest.approx(0.05)
    assert at_the_end.oriented.mean == pytest.approx(0, abs=1e-12)
