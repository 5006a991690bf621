"""What a number of seeds can show, and how many are needed.

The two-sided paired t test of n differences with mean d and standard deviation s rejects by the
noncentral t distribution with n - 1 degrees of freedom and noncentrality `d / s * sqrt(n)`
(Cohen 1988, "Statistical Power Analysis for the Behavioral Sciences", chapter 2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from regscope.statistics.levels import MOST_SEEDS, POWER, SIGNIFICANCE
from regscope.statistics.rounding import mean_and_deviation

DIFFERENCES = (0.001, 0.0025, 0.005, 0.01)
"""Differences in accuracy that people care about: 0.1, 0.25, 0.5 and 1 point."""


def power_of(seeds: int, effect: float) -> float:
    """The probability that `seeds` (at least 2) differences reject at SIGNIFICANCE.

    `effect` is the true mean difference in units of the differences' standard deviation.
    """
    from scipy.stats import nct, t

    shift = abs(effect) * math.sqrt(seeds)
    critical = t.ppf(1 - SIGNIFICANCE / 2, seeds - 1)
    power = nct.sf(critical, seeds - 1, shift)
    # The other tail is below 3e-7 from there on, and scipy has no number for it.
    if shift < 5:
        power += nct.cdf(-critical, seeds - 1, shift)
    return float(power)


def seeds_for(deviation: float, difference: float, power: float = POWER) -> int | None:
    """The fewest seeds that show a true `difference` with probability `power`.

    `deviation` is the standard deviation of the paired differences, in the same units. None where
    more than MOST_SEEDS are needed, as for a difference of 0. Differences without any spread
    need as many as bring the p value that stands in for theirs, `2 / 2**n`, below SIGNIFICANCE.

    Raises ValueError where `deviation` is negative or `power` is not between 0 and 1.
    """
    if not deviation >= 0:
        raise ValueError(f"deviation = {deviation}: 0 or more")
    if not 0 < power < 1:
        raise ValueError(f"power = {power}: between 0 and 1")
    if not difference:
        return None
    if not deviation:
        return math.floor(1 - math.log2(SIGNIFICANCE)) + 1
    effect = difference / deviation
    enough = 2
    while power_of(enough, effect) < power:
        if enough == MOST_SEEDS:
            return None
        enough = min(2 * enough, MOST_SEEDS)
    too_few = enough // 2 if enough > 2 else 1
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if power_of(middle, effect) < power:
            too_few = middle
        else:
            enough = middle
    return enough


def seeds_needed(differences: np.ndarray, power: float = POWER) -> int | None:
    """`seeds_for` a true difference as large as the mean of these, with their spread.

    It plans the next run and proves nothing: the mean seen is itself uncertain. None of fewer
    than two differences, too.
    """
    if len(differences) < 2:
        return None
    mean, deviation = mean_and_deviation(differences)
    return seeds_for(deviation, mean, power)


def seeds_table(
    deviation: float, differences: Sequence[float] = DIFFERENCES, power: float = POWER
) -> dict[float, int | None]:
    """`seeds_for` each of several differences, by difference."""
    return {difference: seeds_for(deviation, difference, power) for difference in differences}


def detectable_difference(differences: np.ndarray) -> float:
    """The smallest true difference that as many seeds show with probability POWER.

    The effect at which `power_of` is POWER, times the differences' standard deviation; infinite
    for fewer than two.
    """
    count = len(differences)
    if count < 2:
        return math.inf
    return _detectable_effect(count) * mean_and_deviation(differences)[1]


@cache
def _detectable_effect(seeds: int) -> float:
    from scipy.optimize import brentq

    # With two seeds 11.3 standard deviations are needed, and fewer with more seeds.
    found = brentq(lambda effect: power_of(seeds, effect) - POWER, 0, 12, xtol=1e-9)
    return float(found)
