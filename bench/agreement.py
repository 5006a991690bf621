"""Whether another way learned the same: its accuracy against the spread of our seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 0.95

SAME, DIFFERS = "same", "differs"


@dataclass(frozen=True)
class Agreement:
    """Our `mean` and `deviation` over seeds, their mean `other`, and where that must lie."""

    mean: float
    deviation: float
    other: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        return SAME if self.low <= self.other <= self.high else DIFFERS


def agreement(ours: Sequence[float], others: Sequence[float], comparisons: int) -> Agreement:
    """Hold the mean of other runs against the prediction interval of our seeds.

    `mean ± t * s * sqrt(1/m + 1/n)` with n - 1 degrees of freedom is where the mean of m new runs
    like our n falls. Its level is Bonferroni's `1 - (1 - LEVEL) / comparisons`, so that all
    `comparisons` of a table hold together with probability LEVEL.
    """
    from scipy.stats import t

    values = np.asarray(ours, dtype=np.float64)
    mean, deviation = float(values.mean()), float(values.std(ddof=1))
    quantile = float(t.ppf(1 - (1 - LEVEL) / comparisons / 2, len(values) - 1))
    reach = quantile * deviation * math.sqrt(1 / len(others) + 1 / len(values))
    return Agreement(mean, deviation, float(np.mean(others)), mean - reach, mean + reach)
