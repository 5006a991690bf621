"""Whether two runs of a cell differ, and whether by more than their seeds do.

Last digits: the same training on another processor rounds otherwise, and some test examples on the
edge fall to the other side. Measured on `digits`, all nine cells of ten seeds with the kernels of
other instruction sets: no seed's accuracy moved by more than 0.15 % of the test examples, and no
mean by more than 0.21 of its standard error. Both limits below lie just above that. Where training
amplifies rounding over many epochs (`moons`, `mnist_dense`), a run on another processor is as good
as another draw: it counts as a change then, and the interval says that it is within noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from regscope.statistics import (
    FEWEST_SEEDS,
    LAST_DIGITS,
    ROUNDING,
    Interval,
    mean_and_deviation,
    mean_interval,
    paired_differences,
    welch_interval,
)

FLIPPED = 0.002
"""The share of the test examples that last digits may move in one seed."""


@dataclass(frozen=True)
class Difference:
    """After minus before with its interval at LEVEL, over `seeds` seeds, the fewer of the two.

    `paired`: seed by seed, where both runs have the same seeds; else Welch's interval.
    """

    interval: Interval
    seeds: int
    paired: bool

    @property
    def decided(self) -> bool:
        return self.seeds >= FEWEST_SEEDS

    @property
    def within_noise(self) -> bool:
        """Also of one seed, which has no interval to be beyond."""
        return not (self.interval.low > 0 or self.interval.high < 0)


def difference(before: Mapping[int, float], after: Mapping[int, float]) -> Difference:
    """Of two runs of a cell, by seed, each of one seed or more."""
    fewer = min(len(before), len(after))
    old, new = _values(before), _values(after)
    if before.keys() == after.keys():
        return Difference(mean_interval(paired_differences(new, old)), fewer, True)
    return Difference(welch_interval(new, old), fewer, False)


def same_accuracy(before: Mapping[int, float], after: Mapping[int, float]) -> bool:
    """Whether two runs, by seed, have the same accuracies but for last digits."""
    if before.keys() != after.keys():
        return False
    moved_by = np.abs(paired_differences(_values(after), _values(before)))
    return bool((moved_by <= FLIPPED + ROUNDING).all()) and not moved(before, after)


def moved(before: Mapping[int, float], after: Mapping[int, float]) -> bool:
    """Whether the mean of a measure moved by more than LAST_DIGITS standard errors of the old mean.

    Both runs have it in a seed or more. Where seeds do not spread, or there is only one: whether
    it moved by more than rounding.
    """
    old, deviation = mean_and_deviation(_values(before))
    new, _ = mean_and_deviation(_values(after))
    if not math.isfinite(new - old):
        return before != after
    allowed = LAST_DIGITS * deviation / math.sqrt(len(before))
    return abs(new - old) > max(allowed, ROUNDING * max(abs(old), abs(new)))


def _values(by_seed: Mapping[int, float]) -> np.ndarray:
    return np.array([by_seed[seed] for seed in sorted(by_seed)])
