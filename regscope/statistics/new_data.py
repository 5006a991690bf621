"""Paired differences as statements about new data, and not only about new seeds."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from regscope.statistics.intervals import Interval
from regscope.statistics.levels import LEVEL
from regscope.statistics.rounding import mean_and_deviation
from regscope.statistics.student import upper_tail
from regscope.statistics.test_sets import test_set_error


def shared_error(differences: np.ndarray, sizes: np.ndarray | None = None) -> float:
    """The standard error that a finite test set, shared by all seeds, adds to that of the seeds.

    `differences` `[S, N]`: by seed and test example, whether one cell is right less whether the
    other is, or sums of that over the words of a sentence, of which there are `sizes` `[N]`.

    Of a difference that consists of a part of the seed, of the example and of both, as in an
    analysis of variance of two crossed random factors (Montgomery 2017, "Design and Analysis of
    Experiments", section 13.2), the examples' variance over their number: that of their means over
    seeds, less the residual one over the number of seeds, which the seeds' own error holds. 0 where
    that is negative; of a single seed nothing can be taken off. Over words it is the error of a
    ratio (Cochran 1977, "Sampling techniques", section 6.4).
    """
    seeds, examples = differences.shape
    sizes = np.ones(examples) if sizes is None else sizes
    ratio = differences.sum(axis=1, keepdims=True) / sizes.sum()
    # A seed's residuals sum to 0, so that an example's means are all that explains them.
    residuals = differences - ratio * sizes
    means = residuals.mean(axis=0)
    variance = float(np.square(means).sum()) / (examples - 1)
    if seeds > 1:
        unexplained = float(np.square(residuals - means).sum())
        variance -= unexplained / ((seeds - 1) * (examples - 1)) / seeds
    return math.sqrt(max(0.0, variance) * examples) / float(sizes.sum())


def independent_error(accuracy: float, other: float, examples: int) -> float:
    """The same where only accuracies are known, as if cells erred independently.

    An upper bound unless one cell tends to be right where the other is wrong: cells of one study
    find the same examples hard.
    """
    return math.hypot(test_set_error(accuracy, examples), test_set_error(other, examples))


def new_data_p(differences: np.ndarray, error: float, examples: int) -> float:
    """The two-sided p of a mean of paired differences `[S]`, of other seeds and other examples.

    Its variance is the seeds' own, s**2 / S, and that of `examples` shared test examples, `error`
    squared; degrees of freedom are Satterthwaite's (1946). nan of a single seed.
    """
    seeds = len(differences)
    mean, deviation = mean_and_deviation(differences)
    if seeds < 2:
        return math.nan
    of_seeds, of_examples = deviation**2 / seeds, error**2
    variance = of_seeds + of_examples
    if not variance:
        return 1.0 if not mean else 0.0
    spread = of_seeds**2 / (seeds - 1) + of_examples**2 / (examples - 1)
    return 2 * upper_tail(abs(mean) / math.sqrt(variance), variance**2 / spread)


def for_new_data(interval: Interval, error: float = 0.0, widening: float = 1.0) -> Interval:
    """The seeds' interval made `widening` times as wide, and wider by an independent error.

    Half widths add as squares, each at its own quantile (Howe 1974, "Approximate confidence limits
    on the mean of X + Y where X and Y are two tabled independent random variables"): of the test
    examples, which are many, it is the normal one.
    """
    quantile = NormalDist().inv_cdf((1 + LEVEL) / 2)
    reach = math.hypot(widening * (interval.high - interval.mean), quantile * error)
    return Interval(interval.mean, interval.mean - reach, interval.mean + reach)
