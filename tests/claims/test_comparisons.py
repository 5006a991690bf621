from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from regscope.claims.comparisons import (
    UndefinedError,
    against_threshold,
    difference,
    equivalence,
    single_value,
    spread_ratio,
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


def test_a_published_value_is_a_new_observation() -> None:
    found = single_value(X, 0.96, LEVEL)
    expected = prediction_interval(X)
    assert (found.measured.low, found.measured.high) == pytest.approx((expected.low, expected.high))
    # A sample of one against six, with the six's own spread: the pooled two-sample t test.
    assert found.p_value == pytest.approx(stats.ttest_ind([0.96], X).pvalue)
    at_the_end = single_value(X, expected.high, LEVEL)
    assert at_the_end.p_value == pytest.approx(0.05)
    assert at_the_end.oriented.mean == pytest.approx(0, abs=1e-12)


def test_a_spread_ratio_has_pitman_and_morgans_interval() -> None:
    """Its ends are the ratios at which the rescaled sums and differences are just not correlated
    beyond chance."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=12), rng.normal(size=12)
    x += y
    found = spread_ratio(x, y, -1, LEVEL).measured
    assert found.mean == pytest.approx(x.std(ddof=1) / y.std(ddof=1))
    for end in (found.low, found.high):
        p_value = stats.pearsonr(x + end * y, x - end * y).pvalue
        assert p_value == pytest.approx(0.05, abs=1e-9)


def test_the_p_of_a_spread_ratio_is_the_more_careful_of_two() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=10)
    y = 3 * x + 0.1 * rng.normal(size=10)
    both = (stats.pearsonr(x + y, x - y).pvalue, stats.kendalltau(x + y, x - y).pvalue)
    found = spread_ratio(x, y, -1, LEVEL)
    assert found.p_value == pytest.approx(max(both))
    assert found.oriented.low > 0
    assert spread_ratio(x, y, 1, LEVEL).oriented.high < 0


def test_one_odd_seed_does_not_decide_a_spread() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=10)
    y = x + 0.5 * rng.normal(size=10)
    y[0] += 40
    assert stats.pearsonr(x + y, x - y).pvalue < 1e-5
    assert spread_ratio(x, y, -1, LEVEL).p_value > 0.01


@pytest.mark.parametrize("turned", [1, -1])
def test_spreads_of_one_pattern_are_equal(turned: int) -> None:
    x = np.array([1.0, 3.0, 2.0, 5.0, 4.0])
    found = spread_ratio(x, turned * x + 1, 1, LEVEL)
    assert found.measured.mean == 1
    assert found.p_value == 1


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        (X[:2], Y[:2], "a ratio of spreads needs three seeds"),
        (X, np.ones(6), "all seeds have the same value"),
    ],
)
def test_some_values_have_no_ratio_of_spreads(x: np.ndarray, y: np.ndarray, reason: str) -> None:
    with pytest.raises(UndefinedError, match=f"^{reason}$"):
        spread_ratio(x, y, 1, LEVEL)
