"""Values epoch by epoch: differences, averages of neighbouring epochs, means over seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regscope.statistics import LEVEL
from regscope.statistics.student import quantile


def difference(columns: Sequence[np.ndarray]) -> np.ndarray:
    """The one, or the first less the second."""
    return columns[0] if len(columns) == 1 else columns[0] - columns[1]


def average(values: np.ndarray, window: int) -> np.ndarray:
    """Means of `[S, epochs]` over blocks of `window` epochs; a shorter block comes first."""
    starts = np.arange(values.shape[1] % window or window, values.shape[1], window)
    return np.stack([block.mean(1) for block in np.split(values, starts, axis=1)], axis=1)


def mean_and_reach(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of `[S, epochs]`: the mean and half the width of its t interval (nan of one seed), each
    `[epochs]`.

    The same interval as `statistics.mean_interval`, of every epoch at once.
    """
    count = len(values)
    mean = values.mean(0)
    if count < 2:
        return mean, np.full_like(mean, np.nan)
    critical = quantile((1 + LEVEL) / 2, count - 1)
    return mean, critical * values.std(0, ddof=1) / np.sqrt(count)
