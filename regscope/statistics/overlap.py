"""How much wider intervals are for new data where the seeds split one pool of examples.

Of a paired difference d, over pools of N examples drawn anew and over seeds that split them: the
seeds of one pool vary around that pool's expected difference with variance w, and pools' expected
differences vary with variance C, the covariance of two seeds of one pool. The mean of n seeds has
the variance `w / n + C`, of which its naive error `s / sqrt(n)` sees the first part. So for new
data it must grow by `sqrt(1 + n C / w)`. This is the correction of Nadeau and Bengio 2003
("Inference for the Generalization Error", section 3), who put the number of test examples over
that of training examples in place of C / w; here it is measured.
"""

from __future__ import annotations

import math

import numpy as np


def overlap_share(halves: np.ndarray, whole: np.ndarray, examples: tuple[int, int]) -> float:
    """C / w of a pool, measured by halving it.

    `halves` `[R, 2, n]` are differences of n seeds in each of two disjoint halves, R times over,
    every seed another; `whole` `[m]` those of seeds that split the whole pool; `examples` how many
    a half and the whole have. Training sets are of one size throughout.

    Halves of a pool are pools of their own, independent of each other. The means of their seeds
    thus have the variance `C' + w' / n`, which half the squared difference of two estimates. The
    expected difference of a pool is a U-statistic (an average over all training sets and test
    examples in it), and the variance of one times its number of examples does not rise with that
    number (Hoeffding 1948, "A class of statistics with asymptotically normal distribution",
    theorem 5.2). So `C <= C' * half / whole`, which is what is given: a bound. 0 where the halves
    differ by less than their seeds explain.
    """
    half, all_examples = examples
    seeds: int = halves.shape[2]
    between = float(np.square(np.diff(halves.mean(2), axis=1)).mean() / 2)
    within = float(halves.var(axis=2, ddof=1).mean())
    covariance = max(0.0, between - within / seeds) * (half / all_examples)
    return covariance / float(whole.var(ddof=1))


def overlap_widening(share: float, seeds: int) -> float:
    """By how much the naive error of the mean of `seeds` seeds must grow for new data."""
    return math.sqrt(1 + seeds * share)
