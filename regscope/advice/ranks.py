"""Methods ranked over many data sets: do all do alike, and which can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

POINTS = 4001
"""At which the integral over the normal density is taken, to eight digits and more."""


def mean_ranks(scores: Sequence[Sequence[float]]) -> list[float]:
    """Of `[data sets, methods]`, more being better: from 1, equal ones share theirs."""
    mean: list[float] = _ranks(scores).mean(0).tolist()
    return mean


def friedman_p(scores: Sequence[Sequence[float]]) -> float:
    """That all methods do alike (Friedman 1937), by chi squared, corrected for ties.

    Of `[data sets, methods]`; 1 where all are alike on all data sets.
    """
    from scipy.special import gammaincc

    ranks = _ranks(scores)
    count, methods = ranks.shape
    tied = sum((np.unique(row, return_counts=True)[1] ** 3.0).sum() - methods for row in ranks)
    spread = 1 - tied / (count * methods * (methods**2 - 1))
    if not spread:
        return 1.0
    deviations = ranks.mean(0) - (methods + 1) / 2
    statistic = 12 * count / (methods * (methods + 1)) * (deviations**2).sum() / spread
    return float(gammaincc((methods - 1) / 2, statistic / 2))


def critical_difference(methods: int, count: int, level: float) -> float:
    """By how much mean ranks over `count` data sets must differ, at that level over all pairs.

    Nemenyi's (1963), Demšar 2006, section 3.2.2.
    """
    quantile = range_quantile(methods, 1 - level) / sqrt(2)
    return quantile * sqrt(methods * (methods + 1) / (6 * count))


def range_quantile(count: int, probability: float) -> float:
    """Below which the range of so many standard normal draws lies that often."""
    low, high = 0.0, 20.0
    while high - low > 1e-10:
        middle = (low + high) / 2
        low, high = (middle, high) if _below(middle, count) < probability else (low, middle)
    return (low + high) / 2


def _below(width: float, count: int) -> float:
    """How often the range of so many draws is less: the largest at z, none below z - width."""
    from scipy.special import ndtr

    places = np.linspace(-9, 9, POINTS)
    density = np.exp(-(places**2) / 2) / sqrt(2 * np.pi)
    others = (ndtr(places) - ndtr(places - width)) ** (count - 1)
    return float(count * np.trapezoid(density * others, places))


def _ranks(scores: Sequence[Sequence[float]]) -> np.ndarray:
    values = np.array(scores)
    above = (values[:, None, :] > values[:, :, None]).sum(2)
    equal = (values[:, None, :] == values[:, :, None]).sum(2)
    found: np.ndarray = above + (equal + 1) / 2
    return found
