"""Measures of one layer's weights, or of all layers' weights taken together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

NEAR_ZERO = 0.1


def layer_weights(state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`{layer: [S, ...]}`: the weight matrices and kernels of stacked tensors `{name: [S, ...]}`.

    Biases and normalization parameters, which have one axis a seed, are left out: it is what
    the penalties act on.
    """
    return {
        name.removesuffix(".weight"): tensor
        for name, tensor in state.items()
        if name.endswith(".weight") and tensor.ndim >= 3
    }


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


def weight_measures(weights: np.ndarray) -> dict[str, float]:
    """All measures of one array of weights, of any shape; `std` is the population's.

    `l1_norm` is the sum of absolute values, `l2_norm` the root of the sum of squares.
    """
    weights = weights.astype(np.float64)
    return {
        "mean": float(weights.mean()),
        "std": float(weights.std()),
        "l1_norm": float(np.abs(weights).sum()),
        "l2_norm": float(np.sqrt(np.square(weights).sum())),
        "near_zero_fraction": near_zero_fraction(weights),
        "zero_fraction": float(np.mean(weights == 0)),
    }
