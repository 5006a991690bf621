"""One cell held against another, seed by seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regscope.statistics.intervals import mean_interval, probability_interval
from regscope.statistics.levels import FEWEST_SEEDS_FOR_SIGN_FLIP
from regscope.statistics.power import detectable_difference, seeds_needed
from regscope.statistics.rounding import mean_and_deviation, paired_differences


@dataclass(frozen=True)
class Comparison:
    """One cell held against the baseline in one measure, seed by seed.

    `difference` is the mean of cell minus baseline with its t interval. `p_value` is of the
    two-sided paired t test; `p_sign_flip` of the exact sign-flip test of the mean, from
    FEWEST_SEEDS_FOR_SIGN_FLIP seeds on (with 5 it cannot go below 0.06). `probability_better` is
    the fraction of seeds in which the cell is better (higher, of a measure in which neither
    direction is better by itself), ties counting half, with its `probability_interval`.
    `detectable_difference` is the smallest true difference that these seeds would show with
    probability POWER, and `seeds_needed` the number of seeds that would so show a true difference
    as large as the one seen; None where more than MOST_SEEDS are.
    """

    seeds: int
    difference: float
    low: float
    high: float
    p_value: float
    p_sign_flip: float | None
    probability_better: float
    probability_low: float
    probability_high: float
    detectable_difference: float
    seeds_needed: int | None


def compare(
    cell: Sequence[float] | np.ndarray,
    baseline: Sequence[float] | np.ndarray,
    higher_is_better: bool = True,
) -> Comparison:
    """Compare two cells of the same seeds, in the same order (at least two seeds).

    Values that are equal but for rounding count as equal (`paired_differences`).
    """
    differences = paired_differences(cell, baseline)
    count = len(differences)
    interval = mean_interval(differences)
    better = differences if higher_is_better else -differences
    wins = float(np.sum(better > 0) + np.sum(better == 0) / 2)
    probability_low, probability_high = probability_interval(wins, count)
    return Comparison(
        seeds=count,
        difference=interval.mean,
        low=interval.low,
        high=interval.high,
        p_value=paired_t_p(differences),
        p_sign_flip=sign_flip_p(differences) if count >= FEWEST_SEEDS_FOR_SIGN_FLIP else None,
        probability_better=wins / count,
        probability_low=probability_low,
        probability_high=probability_high,
        detectable_difference=detectable_difference(differences),
        seeds_needed=seeds_needed(differences),
    )


def paired_t_p(differences: np.ndarray) -> float:
    """Two-sided p of mean 0, and 1 where all differences are 0.

    Where all are the same otherwise, t has no spread to go by: the sign-flip test's smallest p,
    `2 / 2**n`, stands in. Differences come from `paired_differences`, which knows by the values
    themselves what is the same.
    """
    from scipy.stats import ttest_1samp

    if len(differences) < 2 or not differences.any():
        return 1.0
    if mean_and_deviation(differences)[1] == 0:
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
