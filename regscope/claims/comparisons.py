"""One comparison of a claim: from the values of seeds to an effect, its interval and its p.

Every function takes values by seed, `[S]`, paired where there are two cells, and the level of the
interval. scipy is imported where it is used, since it takes long to load.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from regscope.statistics import Interval, paired_t_p


class UndefinedError(Exception):
    """Why these values have no such effect, in a few words."""


@dataclass(frozen=True)
class Finding:
    """What the seeds say about one comparison.

    `measured`: in the measure's own units (a difference is cell minus the other cell).
    `oriented`: positive as claimed, 0 where the claim begins to hold. `p_value` is of `oriented`.
    `new_run`: where the same effect of one new run falls; None where that has no meaning.
    `other_mean`: the level that a difference starts from, so that its size can be told.
    """

    measured: Interval
    oriented: Interval
    p_value: float
    seeds: int
    new_run: Interval | None = None
    other_mean: float | None = None


def difference(cell: np.ndarray, other: np.ndarray, sign: int, level: float) -> Finding:
    """The mean difference of paired seeds, its t interval and the two-sided p of the paired t test.

    `sign` is 1 if higher is claimed, -1 if lower. `new_run` is of the difference between one new
    run of each, which need not share a seed: `mean ± t * sqrt(s1**2 + s2**2 + s_d**2 / n)`, with
    the seeds' n - 1 degrees of freedom.
    """
    differences = cell - other
    measured = _interval(differences, _spread(differences) / math.sqrt(len(cell)), level)
    return Finding(
        measured=measured,
        oriented=_oriented(measured, 0, sign),
        p_value=paired_t_p(differences),
        seeds=len(cell),
        new_run=_interval(
            differences,
            math.sqrt(
                _spread(cell) ** 2 + _spread(other) ** 2 + _spread(differences) ** 2 / len(cell)
            ),
            level,
        ),
        other_mean=float(other.mean()),
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
    differences = cell - other
    one_sided = _upper_p(abs(room.mean), _spread(differences) / math.sqrt(len(cell)), len(cell))
    p_value = one_sided if room.mean >= 0 else min(1.0, 2 * one_sided)
    return replace(plain, oriented=room, p_value=p_value)


def against_threshold(cell: np.ndarray, threshold: float, sign: int, level: float) -> Finding:
    """A cell's own mean with its t interval, and the two-sided p of mean = threshold."""
    measured = _interval(cell, _spread(cell) / math.sqrt(len(cell)), level)
    return Finding(
        measured=measured,
        oriented=_oriented(measured, threshold, sign),
        p_value=paired_t_p(cell - threshold),
        seeds=len(cell),
    )


def single_value(cell: np.ndarray, published: float, level: float) -> Finding:
    """Where one new run falls, `mean ± t * s * sqrt(1 + 1/n)`, and p of the published one.

    p is two-sided, by the t distribution of a new observation. `oriented` is the room between
    the published value and the nearer end of the interval, negative outside.
    """
    spread = _spread(cell) * math.sqrt(1 + 1 / len(cell))
    new_run = _interval(cell, spread, level)
    away = abs(published - new_run.mean)
    room = (new_run.high - new_run.low) / 2 - away
    return Finding(
        measured=new_run,
        oriented=Interval(room, room, room),
        p_value=min(1.0, 2 * _upper_p(away, spread, len(cell))),
        seeds=len(cell),
        new_run=new_run,
    )


def spread_ratio(cell: np.ndarray, other: np.ndarray, sign: int, level: float) -> Finding:
    """The ratio of two standard deviations over paired seeds (Pitman 1939, Morgan 1939).

    x and y have the same variance exactly if x + y and x - y are uncorrelated: p is of that
    correlation, with n - 2 degrees of freedom. The interval of the ratio of variances F is
    `F * (K ± sqrt(K**2 - 1))` with `K = 1 + 2 (1 - r**2) t**2 / (n - 2)`, r the correlation of x
    and y; here its square root. Both rest on normally distributed seeds; so that one odd seed
    cannot decide, p is the larger of that and the exact one of Kendall's rank correlation of the
    same two. `oriented` is on the logarithm of the ratio. Raises UndefinedError below three seeds
    and for values without spread.
    """
    from scipy.stats import kendalltau, pearsonr, t

    count = len(cell)
    if count < 3:
        raise UndefinedError("a ratio of spreads needs three seeds")
    if _spread(cell) == 0 or _spread(other) == 0:
        raise UndefinedError("all seeds have the same value")
    ratio = _spread(cell) / _spread(other)
    correlation = float(pearsonr(cell, other).statistic)
    quantile = float(t.ppf((1 + level) / 2, count - 2))
    middle = 1 + 2 * (1 - correlation**2) * quantile**2 / (count - 2)
    reach = math.sqrt(max(0.0, middle + math.sqrt(max(0.0, middle**2 - 1))))
    measured = Interval(ratio, ratio / reach, ratio * reach)
    logarithms = Interval(math.log(measured.mean), math.log(measured.low), math.log(measured.high))
    together, apart = cell + other, cell - other
    unequal = np.ptp(together) > 0 and np.ptp(apart) > 0
    tests = (pearsonr(together, apart), kendalltau(together, apart)) if unequal else ()
    return Finding(
        measured=measured,
        oriented=_oriented(logarithms, 0, sign),
        p_value=max((float(test.pvalue) for test in tests), default=1.0),
        seeds=count,
    )


def given(mean: float, low: float, high: float, p_value: float, seeds: int) -> Finding:
    """An effect that a table already holds with its interval and p; positive is as claimed."""
    measured = Interval(mean, low, high)
    return Finding(measured, measured, p_value, seeds)


def _spread(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def _interval(values: np.ndarray, standard_error: float, level: float) -> Interval:
    from scipy.stats import t

    mean = float(values.mean())
    if len(values) < 2:
        return Interval(mean, mean, mean)
    reach = float(t.ppf((1 + level) / 2, len(values) - 1)) * standard_error
    return Interval(mean, mean - reach, mean + reach)


def _oriented(measured: Interval, null: float, sign: int) -> Interval:
    ends = sign * (measured.low - null), sign * (measured.high - null)
    return Interval(sign * (measured.mean - null), min(ends), max(ends))


def _upper_p(distance: float, standard_error: float, seeds: int) -> float:
    """One-sided p of a distance; without spread the sign-flip test's smallest, `2**-n`."""
    from scipy.stats import t

    if seeds < 2 or distance == 0:
        return 0.5
    if standard_error == 0:
        return float(2.0**-seeds)
    return float(t.sf(distance / standard_error, seeds - 1))
