"""What a number of seeds can show, and how many are needed.

The two-sided paired t test of n differences with mean d and standard deviation s rejects by the
noncentral t distribution with n - 1 degrees of freedom and noncentrality `d / s * sqrt(n)`
(Cohen 1988, "Statistical Power Analysis for the Behavioral Sciences", chapter 2).

`comparisons` is how many tests Holm's correction is over. Its first step asks the smallest p to be
below SIGNIFICANCE / comparisons, and that is the bound that everything here goes by: a difference
that meets it is separable whatever the other tests give, and one that does not may still be, where
others are clearer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from regscope.statistics.levels import MOST_SEEDS, POWER, SIGNIFICANCE
from regscope.statistics.roots import root
from regscope.statistics.rounding import mean_and_deviation
from regscope.statistics.student import quantile, rejection

DIFFERENCES = (0.001, 0.0025, 0.005, 0.01)
"""Differences in accuracy that people care about: 0.1, 0.25, 0.5 and 1 point."""


def power_of(seeds: int, effect: float, comparisons: int = 1) -> float:
    """The probability that `seeds` (at least 2) differences reject at SIGNIFICANCE / comparisons.

    `effect` is the true mean difference in units of the differences' standard deviation.
    """
    critical = -quantile(SIGNIFICANCE / comparisons / 2, seeds - 1)
    return rejection(critical, seeds - 1, abs(effect) * math.sqrt(seeds))


@cache
def seeds_for(
    deviation: float, difference: float, power: float = POWER, comparisons: int = 1
) -> int | None:
    """The fewest seeds that show a true `difference` with probability `power`.

    `deviation` is the standard deviation of the paired differences, in the same units. None where
    more than MOST_SEEDS are needed, as for a difference of 0. Differences without any spread
    need as many as bring the p value that stands in for theirs, `2 / 2**n`, below
    SIGNIFICANCE / comparisons.

    Raises ValueError where `deviation` is negative or `power` is not between 0 and 1.
    """
    if not deviation >= 0:
        raise ValueError(f"deviation = {deviation}: 0 or more")
    if not 0 < power < 1:
        raise ValueError(f"power = {power}: between 0 and 1")
    if not difference:
        return None
    if not deviation:
        return math.floor(1 - math.log2(SIGNIFICANCE / comparisons)) + 1
    effect = difference / deviation
    return fewest(lambda seeds: power_of(seeds, effect, comparisons) >= power)


def fewest(enough: Callable[[int], bool]) -> int | None:
    """The least number from 2 on that is `enough`, where all above it are; None above MOST_SEEDS"""
    too_few, many = 1, 2
    while not enough(many):
        if many == MOST_SEEDS:
            return None
        too_few, many = many, min(2 * many, MOST_SEEDS)
    while many - too_few > 1:
        middle = (too_few + many) // 2
        too_few, many = (too_few, middle) if enough(middle) else (middle, many)
    return many


def seeds_needed(differences: np.ndarray, power: float = POWER, comparisons: int = 1) -> int | None:
    """`seeds_for` a true difference as large as the mean of these, with their spread.

    It plans the next run and proves nothing: the mean seen is itself uncertain. None of fewer
    than two differences, too.
    """
    if len(differences) < 2:
        return None
    mean, deviation = mean_and_deviation(differences)
    return seeds_for(deviation, mean, power, comparisons)


def seeds_table(
    deviation: float,
    differences: Sequence[float] = DIFFERENCES,
    power: float = POWER,
    comparisons: int = 1,
) -> dict[float, int | None]:
    """`seeds_for` each of several differences, by difference."""
    return {size: seeds_for(deviation, size, power, comparisons) for size in differences}


def detectable_difference(differences: np.ndarray, comparisons: int = 1) -> float:
    """The smallest true difference that as many seeds show with probability POWER.

    The effect at which `power_of` is POWER, times the differences' standard deviation. Without any
    spread it is 0, or infinite where `2 / 2**n`, the p that stands in, cannot be small enough;
    infinite for fewer than two, too.
    """
    count = len(differences)
    if count < 2:
        return math.inf
    deviation = mean_and_deviation(differences)[1]
    if deviation == 0:
        return 0.0 if 2.0 ** (1 - count) < SIGNIFICANCE / comparisons else math.inf
    return _detectable_effect(count, comparisons) * deviation


@cache
def _detectable_effect(seeds: int, comparisons: int) -> float:
    def lacking(effect: float) -> float:
        return power_of(seeds, effect, comparisons) - POWER

    # With two seeds and one comparison 11.3 standard deviations are needed, and fewer with more.
    return root(lacking, 0, 12 * comparisons, 1e-9)
