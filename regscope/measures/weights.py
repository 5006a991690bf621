"""Measures of one layer's weights, or of all layers' weights taken together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

NEAR_ZERO = 0.1

MOST_LAYERS_ALONE = 16
"""What is shown or pruned layer by layer is more than anyone reads in a deeper network."""


WEIGHT_MEASURES = (
    *("mean", "std", "skewness", "kurtosis", "l1_norm", "l2_norm", "max_norm"),
    *("near_zero_fraction", "zero_fraction", "hoyer", "gini"),
)
"""What `weight_measures` gives, in its order."""


def root_mean_square(weights: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(weights, dtype=np.float64))))


def near_zero_fraction(weights: np.ndarray) -> float:
    """The fraction of weights with `|w| < 0.1 * RMS`, RMS being the root mean square.

    The threshold is relative, so that shrinking a layer as a whole changes nothing: 0.080 for
    normally distributed weights, 0.058 for uniform ones, near 1 where few weights carry all.
    All-zero weights count as near zero.
    """
    threshold = NEAR_ZERO * root_mean_square(weights)
    return float(np.mean((np.abs(weights) < threshold) | (weights == 0)))


def hoyer(magnitudes: np.ndarray) -> float:
    """`(sqrt(n) - l1 / l2) / (sqrt(n) - 1)` of `|w|`: 0 if all are equal, 1 if all but one are 0.

    Hoyer 2004, "Non-negative matrix factorization with sparseness constraints". All-zero weights
    and a single weight, of which the formula says nothing, count as equal: 0.
    """
    l1, l2, root = magnitudes.sum(), np.sqrt(np.square(magnitudes).sum()), magnitudes.size**0.5
    if l2 == 0 or root == 1:
        return 0.0
    return float(np.clip((root - l1 / l2) / (root - 1), 0, 1))


def gini(ascending: np.ndarray) -> float:
    """`1 - 2 * sum_k(|w|_k / l1 * (n - k + 1/2) / n)` of `|w|` from smallest (k = 1) to largest.

    Hurley and Rickard 2009, "Comparing measures of sparsity": 0 if all are equal, `1 - 1/n` if
    all but one are 0. All-zero weights count as equal: 0.
    """
    size, l1 = ascending.size, ascending.sum()
    if l1 == 0:
        return 0.0
    above = np.arange(size - 0.5, 0, -1)
    return float(max(0.0, 1 - 2 * (ascending * above).sum() / (l1 * size)))


def weight_measures(weights: np.ndarray) -> dict[str, float]:
    """All measures of one array of weights, of any shape.

    Moments are the population's: with `m_k` the mean of `(w - mean)**k`, `std` is `sqrt(m_2)`,
    `skewness` `m_3 / m_2**1.5` and `kurtosis` the excess `m_4 / m_2**2 - 3` (0 for normally
    distributed weights, -1.2 for uniform ones); both are nan where all weights are equal.
    `l1_norm` is the sum of absolute values, `l2_norm` the root of the sum of squares, `max_norm`
    the largest absolute value; `zero_fraction` counts exact zeros.
    """
    flat = weights.astype(np.float64).ravel()
    magnitudes = np.sort(np.abs(flat))
    squares = np.square(flat - flat.mean())
    variance = float(squares.mean())
    skewness = kurtosis = math.nan
    if flat.min() < flat.max():
        skewness = float((squares * (flat - flat.mean())).mean() / variance**1.5)
        kurtosis = float(np.square(squares).mean() / variance**2 - 3)
    return {
        "mean": float(flat.mean()),
        "std": math.sqrt(variance),
        "skewness": skewness,
        "kurtosis": kurtosis,
        "l1_norm": float(magnitudes.sum()),
        "l2_norm": float(np.sqrt(np.square(magnitudes).sum())),
        "max_norm": float(magnitudes[-1]),
        "near_zero_fraction": near_zero_fraction(weights),
        "zero_fraction": float(np.mean(flat == 0)),
        "hoyer": hoyer(magnitudes),
        "gini": gini(magnitudes),
    }


def joined_measures(layers: Sequence[np.ndarray]) -> dict[str, float]:
    """`weight_measures` of all layers' weights as one array.

    `near_zero_fraction` alone is relative to each weight's own layer. The shape of the joined
    weights (`skewness`, `kurtosis`, `hoyer`, `gini`) depends on how large the layers are beside
    one another; where that changes nothing of what the network does, as before batch
    normalization, only a layer's own is to be read.
    """
    joined = np.concatenate([weights.ravel() for weights in layers])
    near = sum(near_zero_fraction(weights) * weights.size for weights in layers)
    return weight_measures(joined) | {"near_zero_fraction": near / joined.size}
