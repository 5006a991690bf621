"""One cell held against another, seed by seed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from regscope.statistics.equality import equal_p, seeds_for_equality
from regscope.statistics.intervals import mean_interval, probability_interval
from regscope.statistics.levels import FEWEST_SEEDS_FOR_SIGN_FLIP
from regscope.statistics.power import detectable_difference, seeds_needed
from regscope.statistics.rounding import mean_and_deviation, paired_differences, tolerance
from regscope.statistics.student import upper_tail

ALL_FLIPS = 20
"""Seeds of which every flip of signs is tried."""

RANDOM_FLIPS = 100_000
"""Of more seeds. A p of 0.05 is then off by 0.0007, as a standard error."""

CHUNK = 1024
"""Flips at a time."""


@dataclass(frozen=True)
class Comparison:
    """One cell held against the baseline in one measure, seed by seed.

    `difference` is the mean of cell minus baseline with its t interval, nan to nan of one seed.
    `p_value` is of the two-sided paired t test; `p_sign_flip` of the sign-flip test of the mean,
    from FEWEST_SEEDS_FOR_SIGN_FLIP seeds on (with 5 it cannot go below 0.06).
    `probability_better` is the fraction of seeds in which the cell is better (higher, of a measure
    in which neither direction is better by itself), ties counting half, with its
    `probability_interval`. `detectable_difference` is the smallest true difference that these
    seeds would show with probability POWER, and `seeds_needed` the number of seeds that would so
    show a true difference as large as the one seen; None where more than MOST_SEEDS are. Both are
    of a p below SIGNIFICANCE / comparisons, which outlasts Holm's correction whatever the others
    give.

    `matters` is the smallest difference worth having, None of a measure without one; `p_equal` the
    larger p of two one-sided tests that the true difference is at least that far from 0, and
    `seeds_equal` the number of seeds that would show that one as small as the one seen is not.
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
    matters: float | None = None
    p_equal: float | None = None
    seeds_equal: int | None = None


def compare(
    cell: Sequence[float] | np.ndarray,
    baseline: Sequence[float] | np.ndarray,
    higher_is_better: bool = True,
    comparisons: int = 1,
    matters: float | None = None,
) -> Comparison:
    """Compare two cells of the same seeds, in the same order.

    Values that are equal but for rounding count as equal (`paired_differences`). `comparisons` is
    how many there are in the family that Holm's correction is over, this one included; `matters`
    the smallest difference worth having, if the measure has one.
    """
    differences = paired_differences(cell, baseline)
    count = len(differences)
    rounding = tolerance(cell, baseline)
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
        p_sign_flip=sign_flip_p(differences, rounding)
        if count >= FEWEST_SEEDS_FOR_SIGN_FLIP
        else None,
        probability_better=wins / count,
        probability_low=probability_low,
        probability_high=probability_high,
        detectable_difference=detectable_difference(differences, comparisons),
        seeds_needed=seeds_needed(differences, comparisons=comparisons),
        matters=matters,
        p_equal=None if matters is None else equal_p(differences, matters, rounding),
        seeds_equal=None
        if matters is None or count < 2
        else seeds_for_equality(
            mean_and_deviation(differences)[1], interval.mean, matters, comparisons=comparisons
        ),
    )


def paired_t_p(differences: np.ndarray) -> float:
    """Two-sided p of mean 0, and 1 where all differences are 0.

    Where all are the same otherwise, t has no spread to go by: the sign-flip test's smallest p,
    `2 / 2**n`, stands in. Differences come from `paired_differences`, which knows by the values
    themselves what is the same.
    """
    if len(differences) < 2 or not differences.any():
        return 1.0
    if mean_and_deviation(differences)[1] == 0:
        return float(2.0 ** (1 - len(differences)))
    count, mean = len(differences), differences.mean()
    variance = np.mean((differences - mean) ** 2) * (count / (count - 1))
    return 2 * upper_tail(abs(mean) / math.sqrt(variance / count), count - 1)


def sign_flip_p(differences: np.ndarray, rounding: float = 0.0) -> float:
    """Two-sided p of the mean under flips of every sign (Fisher 1935), free of distributions.

    Flips whose means are `rounding` or less below the seen one count as its equals. Differences of
    accuracies are multiples of one over the test examples, so that many flips tie, and the nine
    digits of a table break ties: `rounding.tolerance` of the values makes them whole again.

    The share of all 2**n flips up to ALL_FLIPS seeds. Beyond, of RANDOM_FLIPS random ones (always
    the same) and the one seen, which keeps the test from claiming too much (Phipson and Smyth
    2010, "Permutation p-values should never be zero").
    """
    if not differences.any():
        return 1.0
    count = len(differences)
    # The order of adding up breaks ties, too.
    extreme = abs(differences.mean()) * (1 - 100 * np.finfo(np.float64).eps) - rounding
    if count > ALL_FLIPS:
        means = (sums / count for sums in _randomly_flipped(differences))
        return float((1 + _at_least(extreme, means)) / (1 + RANDOM_FLIPS))
    means = ((signs * differences).mean(axis=1) for signs in _all_signs(count))
    return float(_at_least(extreme, means) / 2 ** (count - 1))


def _at_least(extreme: float, means: Iterable[np.ndarray]) -> int:
    return sum(int(np.count_nonzero(np.abs(some) >= extreme)) for some in means)


def _all_signs(count: int) -> Iterator[np.ndarray]:
    """Every row of 1 and -1 that begins with 1, `[., count]`: the others mirror these."""
    for first in range(0, 2 ** (count - 1), CHUNK):
        rows = np.arange(first, min(first + CHUNK, 2 ** (count - 1)))
        yield 1.0 - 2 * (rows[:, None] >> np.arange(count)[::-1] & 1)


def _randomly_flipped(differences: np.ndarray) -> Iterator[np.ndarray]:
    """The sums under RANDOM_FLIPS flips.

    A random byte flips eight differences at once: the product of its eight signs with them is
    looked up.
    """
    eights = np.zeros((-(-len(differences) // 8), 8))
    eights.flat[: len(differences)] = differences
    signs = 1.0 - 2 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
    sums = signs @ eights.T
    places = np.arange(len(eights))
    random = np.random.default_rng(0)
    for first in range(0, RANDOM_FLIPS, CHUNK):
        shape = min(CHUNK, RANDOM_FLIPS - first), len(eights)
        flips = random.integers(0, 256, shape, dtype=np.uint8)
        yield sums[flips, places].sum(axis=1)
