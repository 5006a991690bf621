"""Against scipy, hand-worked examples, simulation, and every outcome there is."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from regscope.statistics import (
    mean_interval,
    mean_intervals,
    prediction_interval,
    probability_interval,
)

SAMPLE = np.array([0.951, 0.947, 0.962, 0.955, 0.949, 0.958, 0.944, 0.960, 0.953, 0.957])
STUDIES = 3000
MARGIN = 4 * math.sqrt(0.95 * 0.05 / STUDIES)


@pytest.mark.parametrize("count", [2, 3, 5, 10])
def test_the_mean_interval_is_scipys(count: int) -> None:
    sample = SAMPLE[:count]
    found = mean_interval(sample)
    low, high = scipy.stats.t.interval(
        0.95, count - 1, loc=sample.mean(), scale=scipy.stats.sem(sample)
    )
    assert found.mean == pytest.approx(sample.mean(), abs=1e-12)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


def test_the_mean_interval_by_hand() -> None:
    """Of 1, 2, 3: t(0.975, 2) = 4.302653, s = 1."""
    found = mean_interval([1, 2, 3])
    assert found.mean == 2
    assert found.high - 2 == pytest.approx(4.302653 / math.sqrt(3), rel=1e-6)


VALUES = st.one_of(
    st.sampled_from([0.0, 0.5, math.nan, math.inf, -math.inf]),
    st.floats(-10, 10).map(lambda value: float(f"{value:.9g}")),
)
ROWS = st.tuples(st.integers(1, 4), st.integers(1, 40)).flatmap(
    lambda shape: st.lists(
        st.one_of(
            st.lists(VALUES, min_size=shape[1], max_size=shape[1]),
            VALUES.map(lambda value: [value] * shape[1]),
        ),
        min_size=shape[0],
        max_size=shape[0],
    )
)


@pytest.mark.filterwarnings("ignore:invalid value")
@given(ROWS)
def test_many_intervals_at_once_are_those_of_each_to_the_bit(rows: list[list[float]]) -> None:
    for found, row in zip(mean_intervals(np.array(rows)), rows, strict=True):
        alone = mean_interval(row)
        np.testing.assert_array_equal(
            (found.mean, found.low, found.high), (alone.mean, alone.low, alone.high)
        )


def test_one_value_has_no_interval() -> None:
    for interval in (mean_interval([0.5]), prediction_interval([0.5])):
        assert interval.mean == 0.5
        assert math.isnan(interval.low)
        assert math.isnan(interval.high)


def test_the_prediction_interval_is_its_formula() -> None:
    found = prediction_interval(SAMPLE)
    reach = 2.262157 * SAMPLE.std(ddof=1) * math.sqrt(1 + 1 / 10)
    assert found.high - found.mean == pytest.approx(reach, rel=1e-6)
    assert found.mean - found.low == pytest.approx(reach, rel=1e-6)


def test_t_intervals_cover_95_percent() -> None:
    """Simulated studies of 5 seeds: a mean, one new run, and a paired difference, in which most
    of the spread is common to both cells; to four standard errors of the simulation."""
    generator = np.random.default_rng(0)
    common = generator.normal(0.93, 0.01, (STUDIES, 6))
    baselines = common + generator.normal(0, 0.002, (STUDIES, 6))
    cells = common + generator.normal(0.001, 0.002, (STUDIES, 6))
    covered = np.zeros((STUDIES, 3), dtype=bool)
    for study, (cell, baseline) in enumerate(zip(cells, baselines, strict=True)):
        mean, run = mean_interval(baseline[:5]), prediction_interval(baseline[:5])
        difference = mean_interval(cell[:5] - baseline[:5])
        covered[study] = (
            mean.low <= 0.93 <= mean.high,
            run.low <= baseline[5] <= run.high,
            difference.low <= 0.001 <= difference.high,
        )
    assert covered.mean(axis=0) == pytest.approx([0.95] * 3, abs=MARGIN)


@pytest.mark.parametrize("pairs", [1, 2, 5, 10, 20])
def test_the_probability_interval_is_scipys(pairs: int) -> None:
    for wins in range(pairs + 1):
        expected = scipy.stats.binomtest(wins, pairs).proportion_ci(method="exact")
        found = probability_interval(wins, pairs)
        # scipy looks for the bounds with brentq, which stops within 2e-12 of them.
        assert found == pytest.approx((expected.low, expected.high), abs=4e-12)


def test_the_probability_interval_by_hand() -> None:
    """Of n wins out of n the lower bound p has p**n = 0.025."""
    assert probability_interval(10, 10) == pytest.approx((0.025**0.1, 1))
    assert probability_interval(0, 5) == pytest.approx((0, 1 - 0.025**0.2))


@given(st.integers(1, 60), st.data())
def test_half_a_win_lies_between_none_and_one(pairs: int, data: st.DataObject) -> None:
    wins = data.draw(st.integers(0, pairs - 1))
    below, half, above = (probability_interval(wins + more, pairs) for more in (0, 0.5, 1))
    assert below[0] <= half[0] <= above[0]
    assert below[1] <= half[1] <= above[1]
    assert half[0] < (wins + 0.5) / pairs < half[1]
    mirrored = probability_interval(pairs - wins - 0.5, pairs)
    assert mirrored == pytest.approx((1 - half[1], 1 - half[0]), abs=1e-9)


def outcomes(pairs: int, win: float, tie: float) -> np.ndarray:
    """The probability of every number of half wins, `[2 * pairs + 1]`."""
    one = np.array([1 - win - tie, tie, win])
    found = np.ones(1)
    for _ in range(pairs):
        found = np.convolve(found, one)
    return found


def wilson(wins: float, pairs: int) -> tuple[float, float]:
    z = float(scipy.stats.norm.ppf(0.975))
    centre = (wins + z * z / 2) / (pairs + z * z)
    reach = z * math.sqrt(wins * (pairs - wins) / pairs + z * z / 4) / (pairs + z * z)
    return max(0.0, centre - reach), min(1.0, centre + reach)


@pytest.mark.parametrize("pairs", [5, 10, 20])
@pytest.mark.parametrize("tie", [0.0, 0.02, 0.1, 0.3])
def test_the_probability_interval_covers_at_least_95_percent(pairs: int, tie: float) -> None:
    intervals = [probability_interval(half / 2, pairs) for half in range(2 * pairs + 1)]
    for better in np.arange(tie / 2, 1 - tie / 2, 0.002):
        covers = [low <= better <= high for low, high in intervals]
        assert outcomes(pairs, better - tie / 2, tie) @ covers >= 0.95


@pytest.mark.parametrize("pairs", [5, 10, 20])
def test_wilsons_interval_would_not(pairs: int) -> None:
    """Just below the lower bound of one win only no win at all covers."""
    better = wilson(1, pairs)[0] - 1e-9
    covers = [wilson(half / 2, pairs) for half in range(2 * pairs + 1)]
    covered = outcomes(pairs, better, 0) @ [low <= better <= high for low, high in covers]
    assert covered == pytest.approx(0.83, abs=0.01)


def missed(draws: np.ndarray) -> float:
    """How often the mean's t interval leaves out 0, of draws `[studies, seeds]`."""
    reach = scipy.stats.t.ppf(0.975, draws.shape[1] - 1) * scipy.stats.sem(draws, axis=1)
    first = mean_interval(draws[0])
    assert (first.high - first.low) / 2 == pytest.approx(reach[0])
    return float((abs(draws.mean(axis=1)) > reach).mean())


@pytest.mark.parametrize(
    ("seeds", "skewed", "long_tailed"), [(5, 0.117, 0.034), (10, 0.099, 0.042)]
)
def test_t_intervals_miss_more_of_skewed_and_less_of_long_tailed_differences(
    seeds: int, skewed: float, long_tailed: float
) -> None:
    """The shares are those of 2,500,000 studies; of 20,000, to five standard errors."""
    first, second = np.random.default_rng(seeds).exponential(1, (2, 20_000, seeds))
    for draws, share in ((first - 1, skewed), (first - second, long_tailed)):
        error = math.sqrt(share * (1 - share) / 20_000)
        assert missed(draws) == pytest.approx(share, abs=5 * error)


@pytest.mark.parametrize(("seeds", "expected"), [(3, 0.27), (5, 0.17), (10, 0.10)])
def test_a_percentile_bootstrap_would_miss_more(seeds: int, expected: float) -> None:
    generator = np.random.default_rng(seeds)
    draws = generator.normal(0, 1, (2000, seeds, 1))
    chosen = generator.integers(0, seeds, (2000, seeds, 400))
    means = np.take_along_axis(draws, chosen.reshape(2000, -1, 1), axis=1)
    low, high = np.quantile(means.reshape(2000, seeds, 400).mean(axis=1), [0.025, 0.975], axis=1)
    assert ((low > 0) | (high < 0)).mean() == pytest.approx(expected, abs=0.03)
    assert missed(draws[:, :, 0]) == pytest.approx(0.05, abs=0.02)
