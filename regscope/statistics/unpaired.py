"""Two independent samples: Welch's t test, its interval, and what their sizes can show.

Welch 1947, "The generalization of 'Student's' problem when several different population variances
are involved". Power by the noncentral t distribution at Welch's degrees of freedom (Cohen 1988,
"Statistical Power Analysis for the Behavioral Sciences", chapter 2, where variances are equal).
"""

from __future__ import annotations

import math

import numpy as np

from regscope.statistics.equality import equality_level, one_sided_p, power_within
from regscope.statistics.intervals import Interval
from regscope.statistics.levels import LEVEL, POWER, SIGNIFICANCE
from regscope.statistics.paired import Comparison
from regscope.statistics.power import fewest
from regscope.statistics.roots import root
from regscope.statistics.rounding import mean_and_deviation, tolerance
from regscope.statistics.student import quantile, rejection, upper_tail


def compare_unpaired(
    other: np.ndarray,
    baseline: np.ndarray,
    higher_is_better: bool = True,
    matters: float | None = None,
) -> Comparison:
    """As `compare` for samples `[n]` and `[m]` (at least two each) without pairs.

    There is no sign-flip p, and no interval of the probability of being better (nan).
    `seeds_needed` and `seeds_equal` are of each.
    """
    (mean, deviation), (base, base_deviation) = map(mean_and_deviation, (other, baseline))
    difference = 0.0 if _equal(mean, base, other, baseline) else mean - base
    error, freedom = _error((len(other), len(baseline)), (deviation, base_deviation))
    interval = _interval(difference, error, freedom)
    return Comparison(
        seeds=min(len(other), len(baseline)),
        difference=difference,
        low=interval.low,
        high=interval.high,
        p_value=_p_value(difference, error, freedom, len(other), len(baseline)),
        p_sign_flip=None,
        probability_better=_probability_better(other, baseline, higher_is_better),
        probability_low=math.nan,
        probability_high=math.nan,
        detectable_difference=_detectable(error, freedom, len(other), len(baseline)),
        seeds_needed=seeds_of_each(difference, deviation, base_deviation),
        matters=matters,
        p_equal=None
        if matters is None
        else one_sided_p(
            matters - abs(difference) - tolerance(other, baseline),
            error,
            freedom,
            _smallest_p(len(other), len(baseline)) / 2,
        ),
        seeds_equal=None
        if matters is None
        else _equal_of_each(difference, matters, deviation, base_deviation),
    )


def welch_interval(other: np.ndarray, baseline: np.ndarray) -> Interval:
    """Of the difference of two means, `[n]` and `[m]`, whose samples may spread unequally.

    Without spread the difference itself; with a single value in one sample without ends.
    """
    (mean, deviation), (base, base_deviation) = map(mean_and_deviation, (other, baseline))
    if min(len(other), len(baseline)) < 2:
        return Interval(mean - base, math.nan, math.nan)
    difference = 0.0 if _equal(mean, base, other, baseline) else mean - base
    return _interval(difference, *_error((len(other), len(baseline)), (deviation, base_deviation)))


def welch_power(difference: float, seeds: int, deviation: float, other_deviation: float) -> float:
    """The probability that `seeds` of each sample show a true `difference` at SIGNIFICANCE."""
    error, freedom = _error((seeds, seeds), (deviation, other_deviation))
    return _power(abs(difference) / error, freedom)


def seeds_of_each(difference: float, deviation: float, other_deviation: float) -> int | None:
    """The fewest seeds of each that show a true `difference` with probability POWER.

    None where more than MOST_SEEDS are needed, as for a difference of 0. Samples without any
    spread need as many as bring the p value that stands in for theirs below SIGNIFICANCE.
    """
    if not difference:
        return None
    if not deviation and not other_deviation:
        return next(n for n in range(2, 10) if _smallest_p(n, n) < SIGNIFICANCE)

    return fewest(lambda seeds: welch_power(difference, seeds, deviation, other_deviation) >= POWER)


def _equal_of_each(
    difference: float, matters: float, deviation: float, other_deviation: float
) -> int | None:
    """The fewest seeds of each that show that a true `difference` does not matter."""
    if abs(difference) >= matters:
        return None
    if not deviation and not other_deviation:
        return next(n for n in range(2, 10) if _smallest_p(n, n) / 2 < equality_level())

    def enough(seeds: int) -> bool:
        error, freedom = _error((seeds, seeds), (deviation, other_deviation))
        return power_within(difference / error, matters / error, freedom) >= POWER

    return fewest(enough)


def _error(counts: tuple[int, int], deviations: tuple[float, float]) -> tuple[float, float]:
    """The standard error of the difference, and Welch and Satterthwaite's degrees of freedom."""
    shares = [own**2 / count for own, count in zip(deviations, counts, strict=True)]
    if not sum(shares):
        return 0.0, float(sum(counts) - 2)
    parts = (share**2 / (count - 1) for share, count in zip(shares, counts, strict=True))
    return math.sqrt(sum(shares)), sum(shares) ** 2 / sum(parts)


def _interval(difference: float, error: float, freedom: float) -> Interval:
    reach = quantile((1 + LEVEL) / 2, freedom) * error
    return Interval(difference, difference - reach, difference + reach)


def _p_value(difference: float, error: float, freedom: float, count: int, other: int) -> float:
    if not difference:
        return 1.0
    if not error:
        return _smallest_p(count, other)
    return 2 * upper_tail(abs(difference) / error, freedom)


def _smallest_p(count: int, other: int) -> float:
    """Two-sided, of all ways to deal the numbers into two samples of these sizes (Fisher 1935)."""
    return 2 / math.comb(count + other, count)


def _probability_better(other: np.ndarray, baseline: np.ndarray, higher: bool) -> float:
    """Over all pairs: Mann and Whitney 1947, U / (n * m), ties counting half."""
    rounding = tolerance(other, baseline)
    apart = other[:, None] - baseline
    better = apart > rounding if higher else apart < -rounding
    return float((better + (np.abs(apart) <= rounding) / 2).mean())


def _equal(mean: float, base: float, other: np.ndarray, baseline: np.ndarray) -> bool:
    return abs(mean - base) <= tolerance(other, baseline)


def _power(shift: float, freedom: float) -> float:
    return rejection(quantile(1 - SIGNIFICANCE / 2, freedom), freedom, shift)


def _detectable(error: float, freedom: float, count: int, other: int) -> float:
    """As of pairs: without spread 0, or infinite where the p that stands in is never small."""
    if not error:
        return 0.0 if _smallest_p(count, other) < SIGNIFICANCE else math.inf
    return error * root(lambda shift: _power(shift, freedom) - POWER, 0, 60, 1e-9)
