"""Values that differ only because numbers are rounded, and what is left of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

ROUNDING = 2e-8
"""Relative to the largest value at hand: less is rounding and not a difference.

Tables hold nine significant digits, so a value is off by up to 5e-9 of itself, a difference of two
by up to 1e-8 of the larger, and two such differences may be 2e-8 apart though they are the same.
"""


def tolerance(*values: Sequence[float] | np.ndarray | float) -> float:
    """ROUNDING of the largest value at hand; 0 where none is finite.

    It holds for the difference of two means of as many values, too: the errors of all add up at
    most, and are divided by their number.
    """
    sizes = np.concatenate([np.abs(np.ravel(one)) for one in values])
    finite = sizes[np.isfinite(sizes)]
    return ROUNDING * float(finite.max()) if finite.size else 0.0


def paired_differences(
    cell: Sequence[float] | np.ndarray, other: Sequence[float] | np.ndarray | float
) -> np.ndarray:
    """cell - other by seed, `[S]`, without what rounding makes of equal values.

    `(k + 1) / n - k / n` differs in its last digits from k to k, and a t test takes that for
    spread. The tolerance is ROUNDING of the largest value of either: differences within it of 0
    become 0, and others that follow one another, by size, within it become their median. Where
    one is not finite, all stay as they are.
    """
    cell, other = np.asarray(cell, dtype=np.float64), np.asarray(other, dtype=np.float64)
    differences = np.asarray(cell - other)
    if not differences.size or not np.isfinite(differences).all():
        return differences
    rounding = tolerance(cell, other)
    differences[np.abs(differences) <= rounding] = 0
    order = np.argsort(differences, kind="stable")
    ends = np.flatnonzero(np.diff(differences[order]) > rounding) + 1
    # Most stand alone, and stay as they are.
    for group in np.split(order, ends) if len(ends) + 1 < len(order) else ():
        if len(group) == 1:
            continue
        same = differences[group]
        differences[group] = np.median(same) if same.all() else 0
    return differences


def mean_and_deviation(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """The mean and the standard deviation (n - 1) of at least one value.

    The deviation is 0, and the mean the median, of a single value and where all are equal but for
    rounding: in floating point a hundred equal numbers have a mean beside them.
    It is nan where one is not finite.
    """
    values = np.asarray(values, dtype=np.float64)
    if not np.isfinite(values).all():
        return float(values.mean()), float("nan")
    low, high = float(np.minimum.reduce(values)), float(np.maximum.reduce(values))
    if high - low <= ROUNDING * max(-low, high):
        return float(np.median(values)), 0.0
    # What `mean` and `std` do, to the bit; on few values they are several times as slow, and pages
    # ask for thousands.
    mean = np.add.reduce(values) / len(values)
    away = values - mean
    return float(mean), math.sqrt(np.add.reduce(away * away) / (len(values) - 1))


def means_and_deviations(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`mean_and_deviation` of every row of `[N, S]`, to the bit: `[N]` each."""
    rows = np.ascontiguousarray(rows, dtype=np.float64)
    low, high = rows.min(axis=1), rows.max(axis=1)
    with np.errstate(invalid="ignore"):
        spread = high - low > ROUNDING * np.maximum(-low, high)
        means = np.add.reduce(rows, axis=1) / rows.shape[1]
        away = rows - means[:, None]
        deviations = np.sqrt(np.add.reduce(away * away, axis=1) / max(rows.shape[1] - 1, 1))
    for place in np.flatnonzero(~(spread & np.isfinite(low) & np.isfinite(high))):
        means[place], deviations[place] = mean_and_deviation(rows[place])
    return means, deviations
