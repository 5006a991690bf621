"""What seeds can say: intervals, paired tests and their correction.

Seeds are paired: seed k has the same initialization, split and batch order in every cell. The
protocol follows Bouthillier et al. 2021, "Accounting for variance in machine learning
benchmarks". scipy is imported where it is used, since it takes long to load.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 0.95
SIGNIFICANCE = 0.05
FEWEST_SEEDS = 5
FEWEST_SEEDS_FOR_SIGN_FLIP = 10
POWER = 0.8


@dataclass(frozen=True)
class Interval:
    """A mean and its Student's t interval at LEVEL; of a single value, the value itself."""

    mean: float
    low: float
    high: float


def mean_interval(values: Sequence[float] | np.ndarray) -> Interval:
    """`mean ± t * s / sqrt(n)` with n - 1 degrees of freedom; of one value, the value itself."""
    values = np.asarray(values, dtype=np.float64)
    return _interval(values, math.sqrt(1 / len(values)))


def prediction_interval(values: Sequence[float] | np.ndarray) -> Interval:
    """Where one new run falls: `mean ± t * s * sqrt(1 + 1/n)`.

    It is what a published single run is compared with.
    """
    values = np.asarray(values, dtype=np.float64)
    return _interval(values, math.sqrt(1 + 1 / len(values)))


def _interval(values: np.ndarray, factor: float) -> Interval:
    from scipy.stats import t

    mean = float(values.mean())
    if len(values) < 2:
        return Interval(mean, mean, mean)
    reach = float(t.ppf((1 + LEVEL) / 2, len(values) - 1) * values.std(ddof=1) * factor)
    return Interval(mean, mean - reach, mean + reach)


@dataclass(frozen=True)
class Comparison:
    """One cell held against the baseline in one measure, seed by seed.

    `difference` is the mean of cell minus baseline with its t interval. `p_value` is of the
    two-sided paired t test; `p_sign_flip` of the exact sign-flip test of the mean, from
    FEWEST_SEEDS_FOR_SIGN_FLIP seeds on (with 5 it cannot go below 0.06). `probability_better`
    is the fraction of seeds in which the cell is better, ties counting half.
    `detectable_difference` is the smallest true difference that these seeds would show with
    probability POWER.
    """

    seeds: int
    difference: float
    low: float
    high: float
    p_value: float
    p_sign_flip: float | None
    probability_better: float
    detectable_difference: float


def compare(
    cell: Sequence[float] | np.ndarray,
    baseline: Sequence[float] | np.ndarray,
    higher_is_better: bool = True,
) -> Comparison:
    """Compare two cells of the same seeds, in the same order (at least two seeds)."""
    differences = np.asarray(cell, dtype=np.float64) - np.asarray(baseline, dtype=np.float64)
    interval = mean_interval(differences)
    better = differences if higher_is_better else -differences
    return Comparison(
        seeds=len(differences),
        difference=interval.mean,
        low=interval.low,
        high=interval.high,
        p_value=paired_t_p(differences),
        p_sign_flip=(
            sign_flip_p(differences) if len(differences) >= FEWEST_SEEDS_FOR_SIGN_FLIP else None
        ),
        probability_better=float(np.mean(better > 0) + np.mean(better == 0) / 2),
        detectable_difference=detectable_difference(differences),
    )


def paired_t_p(differences: np.ndarray) -> float:
    """Two-sided p of mean 0, and 1 where all differences are 0.

    Where all are the same otherwise, t has no spread to go by: the sign-flip test's smallest p,
    `2 / 2**n`, stands in.
    """
    from scipy.stats import ttest_1samp

    if len(differences) < 2 or not differences.any():
        return 1.0
    if np.ptp(differences) == 0:
        return float(2.0 ** (1 - len(differences)))
    return float(ttest_1samp(differences, 0).pvalue)


def sign_flip_p(differences: np.ndarray) -> float:
    """Two-sided p of the mean under flips of every sign (Fisher 1935), free of distributions.

    All 2**n flips up to 20 seeds, a million random ones (always the same) beyond.
    """
    from scipy.stats import permutation_test

    if not differences.any():
        return 1.0
    result = permutation_test(
        (differences,),
        lambda values, axis: values.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=2**20,
        batch=4096,
        rng=np.random.default_rng(0),
    )
    return float(result.pvalue)


def detectable_difference(differences: np.ndarray) -> float:
    """`(t_{1 - alpha/2} + t_{power}) * s / sqrt(n)`, n - 1 degrees of freedom."""
    from scipy.stats import t

    count = len(differences)
    if count < 2:
        return math.inf
    quantiles = t.ppf(1 - SIGNIFICANCE / 2, count - 1) + t.ppf(POWER, count - 1)
    return float(quantiles * differences.std(ddof=1) / math.sqrt(count))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction (1979): adjusted p values in the order given."""
    count = len(p_values)
    adjusted = [0.0] * count
    highest = 0.0
    for rank, index in enumerate(sorted(range(count), key=lambda index: p_values[index])):
        highest = max(highest, min(1.0, (count - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def verdict(comparison: Comparison, p_holm: float, higher_is_better: bool = True) -> str:
    """`better`, `worse`, `not separable` or, below FEWEST_SEEDS seeds, `too few seeds`.

    Anything but the last two needs both: an interval without 0 and a corrected p below
    SIGNIFICANCE.
    """
    if comparison.seeds < FEWEST_SEEDS:
        return "too few seeds"
    if comparison.low <= 0 <= comparison.high or p_holm >= SIGNIFICANCE:
        return "not separable"
    return "better" if (comparison.difference > 0) == higher_is_better else "worse"


def test_set_error(accuracy: float, examples: int) -> float:
    """The standard error that a finite test set alone gives an accuracy, `sqrt(p(1-p)/n)`."""
    return math.sqrt(accuracy * (1 - accuracy) / examples)
