"""Intervals at LEVEL: of a mean, of one new run, of a probability."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regscope.statistics.levels import LEVEL
from regscope.statistics.rounding import mean_and_deviation, means_and_deviations
from regscope.statistics.student import quantile


@dataclass(frozen=True)
class Interval:
    """A mean and its Student's t interval at LEVEL.

    A single value has no spread to go by and so no interval: `low` and `high` are nan.
    """

    mean: float
    low: float
    high: float


def mean_interval(values: Sequence[float] | np.ndarray) -> Interval:
    """`mean ± t * s / sqrt(n)` with n - 1 degrees of freedom; of one value without ends."""
    mean, deviation = mean_and_deviation(values)
    return _about(mean, len(values), deviation * math.sqrt(1 / len(values)))


def mean_intervals(rows: np.ndarray) -> list[Interval]:
    """`mean_interval` of every row of `[N, S]`, to the bit, in a fraction of the time."""
    means, deviations = means_and_deviations(rows)
    count = rows.shape[1]
    return [
        _about(mean, count, deviation)
        for mean, deviation in zip(
            means.tolist(), (deviations * math.sqrt(1 / count)).tolist(), strict=True
        )
    ]


def prediction_interval(values: Sequence[float] | np.ndarray) -> Interval:
    """Where one new run falls: `mean ± t * s * sqrt(1 + 1/n)`.

    It is what a published single run is compared with.
    """
    mean, deviation = mean_and_deviation(values)
    return _about(mean, len(values), deviation * math.sqrt(1 + 1 / len(values)))


def t_interval(
    values: Sequence[float] | np.ndarray, standard_error: float, level: float = LEVEL
) -> Interval:
    """`mean ± t * standard_error` with n - 1 degrees of freedom; of one value without ends."""
    return _about(mean_and_deviation(values)[0], len(values), standard_error, level)


def _about(mean: float, count: int, standard_error: float, level: float = LEVEL) -> Interval:
    if count < 2:
        return Interval(mean, math.nan, math.nan)
    reach = quantile((1 + level) / 2, count - 1) * standard_error
    return Interval(mean, mean - reach, mean + reach)


def probability_interval(wins: float, pairs: int) -> tuple[float, float]:
    """The interval of the probability of winning, after `wins` of `pairs` (ties count half).

    Clopper and Pearson 1934: the probabilities under which as many wins, or as few, are not
    rarer than (1 - LEVEL) / 2. Half wins go into the same quantiles of the beta distribution.
    It covers at least LEVEL for every probability of a win and of a tie (tests go through all
    outcomes), where Wilson's interval of 1927 falls to 0.83 with 5 to 20 pairs.
    """
    from scipy.special import betaincinv

    tail = (1 - LEVEL) / 2
    low = betaincinv(wins, pairs - wins + 1, tail) if wins > 0 else 0.0
    high = betaincinv(wins + 1, pairs - wins, 1 - tail) if wins < pairs else 1.0
    return float(low), float(high)
