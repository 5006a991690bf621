"""One comparison of a claim: from the values of seeds to an effect, its interval and its p.

Every function takes values by seed, `[S]`, paired where there are two cells, and the level of the
interval. scipy is imported where it is used, since it takes long to load.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from regscope.advice.signs import signs
from regscope.statistics import (
    LAST_DIGITS,
    LEVEL,
    Interval,
    equal_p,
    mean_and_deviation,
    new_run,
    paired_differences,
    paired_t_p,
    t_interval,
)
from regscope.statistics.rounding import tolerance
from regscope.statistics.student import quantile, upper_tail


@dataclass(frozen=True)
class Finding:
    """What the seeds say about one comparison.

    `measured`: in the measure's own units (a difference is cell minus the other cell).
    `oriented`: positive as claimed, 0 where the claim begins to hold. `p_value` is of `oriented`.
    `smallest_p`: below it the test cannot fall with so many seeds, however clear they are.
    `new_run`: where the same effect of one new run falls; None where that has no meaning.
    `other_mean`: the level that a difference starts from, so that its size can be told.
    `p_equal`: of two one-sided tests that the true difference is at least `matters`, and `within`
    whether the interval lies inside; None and False of what has no smallest size worth having.
    `shift`: of a single value, how far off a run must be to be seen with probability POWER.
    """

    measured: Interval
    oriented: Interval
    p_value: float
    seeds: int
    smallest_p: float = 0.0
    new_run: Interval | None = None
    other_mean: float | None = None
    p_equal: float | None = None
    within: bool = False
    shift: float | None = None


def difference(
    cell: np.ndarray, other: np.ndarray, sign: int, level: float, matters: float | None = None
) -> Finding:
    """The mean difference of paired seeds, its t interval and the two-sided p of the paired t test.

    `sign` is 1 if higher is claimed, -1 if lower. `matters` is the smallest difference worth
    having, of a measure that has one. `new_run` is of the difference between one new
    run of each, which need not share a seed: `mean ± t * sqrt(s1**2 + s2**2 + s_d**2 / n)`, with
    the seeds' n - 1 degrees of freedom.
    """
    differences = paired_differences(cell, other)
    measured = t_interval(differences, spread(differences) / math.sqrt(len(cell)), level)
    return Finding(
        measured=measured,
        oriented=oriented(measured, 0, sign),
        p_value=paired_t_p(differences),
        seeds=len(cell),
        smallest_p=_smallest_p(differences),
        new_run=t_interval(
            differences,
            math.sqrt(
                spread(cell) ** 2 + spread(other) ** 2 + spread(differences) ** 2 / len(cell)
            ),
            level,
        ),
        other_mean=float(other.mean()),
        p_equal=None if matters is None else equal_p(differences, matters, tolerance(cell, other)),
        within=matters is not None and -matters < measured.low and measured.high < matters,
    )


def equivalence(cell: np.ndarray, other: np.ndarray, margin: float, level: float) -> Finding:
    """Is the mean difference within ±margin? Two one-sided t tests (Schuirmann 1987).

    `oriented` is the room left to the margin, `margin - |difference|`, over the t interval. Where
    the mean lies outside the margin, p is of the two-sided test that the true one is at its edge.
    """
    plain = difference(cell, other, 1, level)
    low, mean, high = plain.measured.low, plain.measured.mean, plain.measured.high
    nearest = 0 if low <= 0 <= high else min(abs(low), abs(high))
    room = Interval(margin - abs(mean), margin - max(abs(low), abs(high)), margin - nearest)
    differences = paired_differences(cell, other)
    one_sided = _upper_p(abs(room.mean), spread(differences) / math.sqrt(len(cell)), len(cell))
    p_value = one_sided if room.mean >= 0 else min(1.0, 2 * one_sided)
    smallest = 0.0 if spread(differences) else p_value
    return replace(
        plain,
        oriented=room,
        p_value=p_value,
        smallest_p=smallest,
        p_equal=equal_p(differences, margin, tolerance(cell, other)),
    )


def against_threshold(cell: np.ndarray, threshold: float, sign: int, level: float) -> Finding:
    """A cell's own mean with its t interval, and the two-sided p of mean = threshold."""
    measured = t_interval(cell, spread(cell) / math.sqrt(len(cell)), level)
    above = paired_differences(cell, threshold)
    return Finding(
        measured=measured,
        oriented=oriented(measured, threshold, sign),
        p_value=paired_t_p(above),
        seeds=len(cell),
        smallest_p=_smallest_p(above),
    )


def single_value(
    cell: np.ndarray, published: float, level: float, others: Sequence[np.ndarray] = ()
) -> Finding:
    """Where one new run falls, and p of the published one by the t distribution of a new run.

    `others`: the values of the study's other cells, whose deviation is pooled with this one's
    (`statistics.single_runs`). `oriented` is the room between the published value and the nearer
    end of the interval, negative outside.
    """
    run = new_run(cell, others)
    interval = run.interval(level)
    away = abs(float(paired_differences(np.array([run.mean]), published)[0]))
    reach = (interval.high - interval.low) / 2 if run.freedom else 0.0
    room = reach - away
    if run.error:
        p_value = run.p_value(published)
    else:
        p_value = min(1.0, 2.0 ** (1 - len(cell))) if away else 1.0
    return Finding(
        measured=interval,
        oriented=Interval(room, room, room),
        p_value=p_value,
        seeds=len(cell),
        smallest_p=0.0 if run.error or not away else p_value,
        new_run=interval,
        shift=run.shift(level),
    )


def times_ahead(cell: np.ndarray, other: np.ndarray, sign: int) -> Finding:
    """On how many tables one is ahead of the other, as a share, with its 95 % interval for another
    table like these and the p of the sign test; values by table, `[T]`.

    `sign` is 1 if more than half is claimed, -1 if less. Over tables, which differ in what they
    are, no size of a difference is compared, so that there is none of a new run.
    """
    found = signs(cell, other)
    measured = Interval(found.ahead / found.count, *found.chance)
    return Finding(
        measured=measured,
        oriented=oriented(measured, 0.5, sign),
        p_value=found.p_value,
        seeds=found.count,
        smallest_p=found.smallest_p,
    )


def given(
    mean: float, low: float, high: float, p_value: float, seeds: int, direction: int = 0
) -> Finding:
    """An effect that a table already holds with its interval and p; positive is as claimed.

    `direction` moves it by last digits, as `statistics.nudged` moves seeds.
    """
    error = (high - low) / 2 / quantile((1 + LEVEL) / 2, seeds - 1) if seeds > 1 else 0.0
    if direction and error:
        by = LAST_DIGITS * error * (1 if mean >= 0 else -1)
        by = by if direction > 0 else -math.copysign(min(abs(by), abs(mean)), mean)
        mean, low, high = mean + by, low + by, high + by
        p_value = 2 * upper_tail(abs(mean) / error, seeds - 1)
    measured = Interval(mean, low, high)
    smallest = p_value if low == high else 0.0
    return Finding(measured, measured, p_value, seeds, smallest if mean else 0.0)


def spread(values: np.ndarray) -> float:
    """The standard deviation; 0 of a single value, and where all are equal but for rounding."""
    return mean_and_deviation(values)[1]


def _smallest_p(differences: np.ndarray) -> float:
    """Of differences that are all the same, what stands in for p; with spread there is no least.

    Differences of 0 are no case of too few seeds.
    """
    return 0.0 if spread(differences) or not differences.any() else paired_t_p(differences)


def oriented(measured: Interval, null: float, sign: int) -> Interval:
    """The interval measured from `null`, positive as claimed."""
    ends = sign * (measured.low - null), sign * (measured.high - null)
    return Interval(sign * (measured.mean - null), min(ends), max(ends))


def _upper_p(distance: float, standard_error: float, seeds: int) -> float:
    """One-sided p of a distance; without spread the sign-flip test's smallest, `2**-n`."""
    if seeds < 2 or distance == 0:
        return 0.5
    if standard_error == 0:
        return float(2.0**-seeds)
    return upper_tail(distance / standard_error, seeds - 1)
