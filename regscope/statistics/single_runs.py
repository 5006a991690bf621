"""One published run, held against the seeds of a cell.

With five seeds a cell's own deviation is a poor one: the interval of one new run is 2.8 / 1.96 as
wide as it would be if the deviation were known. Cells of a study are trained alike but for their
regularizer, so their deviations are pooled, and the interval has the degrees of freedom of all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regscope.statistics.intervals import Interval
from regscope.statistics.levels import LEVEL, POWER, SIGNIFICANCE
from regscope.statistics.roots import root
from regscope.statistics.rounding import mean_and_deviation
from regscope.statistics.student import quantile, rejection, upper_tail

TELLING = 0.5
"""A run inside an interval says something where this leaves out more than half of the others."""


def excluded(interval: Interval, others: Sequence[float]) -> list[float]:
    """Those of a document's other values that an interval leaves out."""
    return [value for value in others if not interval.low <= value <= interval.high]


def telling(interval: Interval, others: Sequence[float], share: float = TELLING) -> bool:
    """Whether a wrong pairing with one of the others would be seen sooner than not."""
    return len(excluded(interval, others)) > share * len(others)


@dataclass(frozen=True)
class Deviation:
    """A standard deviation with its degrees of freedom, of `cells` cells."""

    size: float
    freedom: int
    cells: int = 1


@dataclass(frozen=True)
class NewRun:
    """Where one more run of a cell falls: about `mean`, with the standard `error` of such a run.

    `error` is `s * sqrt(1 + 1 / n)`; `freedom` are those of s. Without any, as of one seed alone,
    there is no interval (nan), p is 1 and `shift` infinite. Without spread `shift` is 0.
    """

    mean: float
    error: float
    freedom: int

    def interval(self, level: float = LEVEL) -> Interval:
        """`mean ± t * error`."""
        if not self.freedom:
            return Interval(self.mean, math.nan, math.nan)
        reach = self._quantile((1 + level) / 2) * self.error
        return Interval(self.mean, self.mean - reach, self.mean + reach)

    def p_value(self, published: float) -> float:
        """Two-sided, that one more run lies as far from the mean; 1 without freedom.

        Without any spread 0 or 1.
        """
        away = abs(published - self.mean)
        if not self.freedom:
            return 1.0
        if not self.error:
            return 0.0 if away else 1.0
        return 2 * upper_tail(away / self.error, self.freedom)

    def shift(self, level: float = LEVEL, power: float = POWER) -> float:
        """How far off a run must be to fall outside the interval with this probability.

        The run's own noise is in `error`, so that `(run - mean) / error` has a noncentral t
        distribution about the shift over `error`.
        """
        if not self.freedom:
            return math.inf
        if not self.error:
            return 0.0
        critical = self._quantile((1 + level) / 2)

        def lacking(shift: float) -> float:
            return rejection(critical, self.freedom, shift) - power

        return self.error * root(lacking, 0, 100, 1e-9)

    def _quantile(self, probability: float) -> float:
        return quantile(probability, self.freedom)


def new_run(own: np.ndarray, others: Sequence[np.ndarray]) -> NewRun:
    """One more run of a cell with the values `own`, `[n]`; `others` as `deviation` takes them."""
    mean, _ = mean_and_deviation(own)
    found = deviation(own, others)
    return NewRun(mean, found.size * math.sqrt(1 + 1 / len(own)), found.freedom)


def deviation(own: np.ndarray, others: Sequence[np.ndarray]) -> Deviation:
    """Of the cell with the values `own`, pooled with those of the same study's other cells.

    `sqrt(sum((n_i - 1) s_i**2) / sum(n_i - 1))` over all. A cell that spreads more than the others
    (F test at SIGNIFICANCE, one-sided) keeps its own: theirs would make its interval too narrow.
    """
    from scipy.special import fdtrc

    mine = _pooled([own])
    rest = _pooled([values for values in others if len(values) > 1])
    if not rest.freedom or not rest.size:
        return mine
    ratio = (mine.size / rest.size) ** 2
    if mine.freedom and fdtrc(mine.freedom, rest.freedom, ratio) < SIGNIFICANCE:
        return mine
    return _pooled([own, *(values for values in others if len(values) > 1)])


def _pooled(samples: Sequence[np.ndarray]) -> Deviation:
    freedoms = [len(values) - 1 for values in samples]
    squares = sum(
        freedom * mean_and_deviation(values)[1] ** 2
        for freedom, values in zip(freedoms, samples, strict=True)
        if freedom
    )
    freedom = sum(freedoms)
    return Deviation(math.sqrt(squares / freedom) if freedom else 0.0, freedom, len(samples))
