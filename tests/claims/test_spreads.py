from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from regscope.claims.spreads import UndefinedError, rank_p, spread_ratio

LEVEL = 0.95
X = np.array([0.91, 0.93, 0.92, 0.95, 0.94, 0.93])
Y = np.array([0.90, 0.90, 0.91, 0.93, 0.92, 0.90])


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
        (np.full(6, 0.2697867137638703), X, "all seeds have the same value"),
    ],
)
def test_some_values_have_no_ratio_of_spreads(x: np.ndarray, y: np.ndarray, reason: str) -> None:
    with pytest.raises(UndefinedError, match=f"^{reason}$"):
        spread_ratio(x, y, 1, LEVEL)


def test_a_constant_difference_is_no_difference_of_spreads() -> None:
    """One example of 500 more in every seed, where rounding alone tells the spreads apart."""
    correct = np.array([459, 450, 450, 468, 466])
    found = spread_ratio((correct + 1) / 500, correct / 500, 1, LEVEL)
    assert found.p_value == 1


def test_five_seeds_leave_a_smallest_p() -> None:
    x = np.array([1.0, 3.0, 2.0, 5.0, 4.0])
    found = spread_ratio(x, 100 * x + np.array([0.1, -0.1, 0.2, 0.0, -0.2]), -1, LEVEL)
    assert found.smallest_p == pytest.approx(2 / 120)
    assert found.p_value == pytest.approx(2 / 120)


def test_with_ties_the_p_of_ranks_is_the_enumeration() -> None:
    rng = np.random.default_rng(4)
    for _ in range(5):
        first, second = rng.integers(0, 4, (2, 6)).astype(float)
        apart = np.sign(second[:, None] - second)
        agreements = np.array(
            [
                (np.sign(np.subtract.outer(order, order)) * apart).sum()
                for order in itertools.permutations(first)
            ]
        )
        seen = (np.sign(np.subtract.outer(first, first)) * apart).sum()
        smaller = min(np.mean(agreements >= seen), np.mean(agreements <= seen))
        assert rank_p(first, second) == pytest.approx(min(1, 2 * smaller))


def test_ties_among_many_seeds_give_nearly_scipys_p_of_ranks() -> None:
    rng = np.random.default_rng(5)
    first = rng.integers(0, 12, 20).astype(float)
    second = first + rng.integers(0, 25, 20)
    found = rank_p(first, second)
    assert found == rank_p(first, second)
    assert found == pytest.approx(stats.kendalltau(first, second).pvalue, rel=0.25)
