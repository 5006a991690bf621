"""Whether one cell varies more over seeds than another."""

from __future__ import annotations

import math

import numpy as np

from regscope.claims.comparisons import Finding, oriented, spread
from regscope.statistics import Interval, paired_differences
from regscope.statistics.student import quantile

PERMUTATIONS = 50_000
"""All orders of up to eight seeds are tried, and of more this many random ones."""


class UndefinedError(Exception):
    """Why these values have no such effect, in a few words."""


def spread_ratio(cell: np.ndarray, other: np.ndarray, sign: int, level: float) -> Finding:
    """The ratio of two standard deviations over paired seeds (Pitman 1939, Morgan 1939).

    x and y have the same variance exactly if x + y and x - y are uncorrelated: p is of that
    correlation, with n - 2 degrees of freedom. The interval of the ratio of variances F is
    `F * (K ± sqrt(K**2 - 1))` with `K = 1 + 2 (1 - r**2) t**2 / (n - 2)`, r the correlation of x
    and y; here its square root. Both rest on normally distributed seeds; so that one odd seed
    cannot decide, p is the larger of that and of Kendall's rank correlation of the same two,
    which cannot fall below `2 / n!`, the share of the orders that agree or disagree throughout.
    `oriented` is on the logarithm of the ratio. Raises UndefinedError below three seeds and for
    values without spread.
    """
    from scipy.stats import pearsonr

    count = len(cell)
    if count < 3:
        raise UndefinedError("a ratio of spreads needs three seeds")
    if spread(cell) == 0 or spread(other) == 0:
        raise UndefinedError("all seeds have the same value")
    ratio = spread(cell) / spread(other)
    correlation = float(pearsonr(cell, other).statistic)
    critical = quantile((1 + level) / 2, count - 2)
    middle = 1 + 2 * (1 - correlation**2) * critical**2 / (count - 2)
    reach = math.sqrt(max(0.0, middle + math.sqrt(max(0.0, middle**2 - 1))))
    measured = Interval(ratio, ratio / reach, ratio * reach)
    logarithms = Interval(math.log(measured.mean), math.log(measured.low), math.log(measured.high))
    together, apart = paired_differences(cell, -other), paired_differences(cell, other)
    unequal = np.ptp(together) > 0 and np.ptp(apart) > 0
    smallest = 2 / math.factorial(count)
    p_value = 1.0
    if unequal:
        p_value = max(float(pearsonr(together, apart).pvalue), rank_p(together, apart), smallest)
    return Finding(
        measured=measured,
        oriented=oriented(logarithms, 0, sign),
        p_value=p_value,
        seeds=count,
        smallest_p=smallest,
    )


def rank_p(first: np.ndarray, second: np.ndarray) -> float:
    """Two-sided p of Kendall's rank correlation, exact without ties.

    With ties, where scipy has the normal approximation alone: twice the smaller share of the
    orders of `first` that agree with `second` as much, or as little.
    """
    from scipy.stats import kendalltau, permutation_test

    if len(np.unique(first)) == len(first) and len(np.unique(second)) == len(second):
        return float(kendalltau(first, second).pvalue)
    fixed = np.sign(second[:, None] - second)

    def agreement(values: np.ndarray, axis: int) -> np.ndarray:
        values = np.moveaxis(values, axis, -1)
        signs = np.sign(values[..., :, None] - values[..., None, :])
        total: np.ndarray = (signs * fixed).sum((-2, -1))
        return total

    result = permutation_test(
        (first,),
        agreement,
        permutation_type="pairings",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        batch=4096,
        rng=np.random.default_rng(0),
    )
    return float(result.pvalue)
