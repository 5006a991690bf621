"""How smooth the filters of a network's first layer are as pictures."""

from __future__ import annotations

import math

import numpy as np


def are_filters(weights: np.ndarray, input_shape: tuple[int, ...]) -> bool:
    """Whether weights can be seen as pictures: kernels, or a dense layer on whole pictures."""
    dense = weights.ndim == 2 and len(input_shape) == 3
    return weights.ndim == 4 or (dense and weights.shape[1] == math.prod(input_shape))


def total_variation(weights: np.ndarray, input_shape: tuple[int, ...]) -> float:
    """`sum(|w[i+1,j] - w[i,j]| + |w[i,j+1] - w[i,j]|) / sum(|w|)`, both sums over all filters.

    The anisotropic total variation (Rudin, Osher and Fatemi 1992, "Nonlinear total variation
    based noise removal algorithms", with absolute differences along each axis) of every channel
    of every filter, without neighbours beyond its border; over the entrywise l1 norm of the whole
    layer, so that the scale does not matter and a filter counts by its size. From 0 (every
    channel is constant, also all-zero) to below 4 (a large checkerboard).

    `weights` are `[units, C*H*W]` of a dense layer on pictures of `input_shape` `(C, H, W)`, or
    kernels `[out, C, kh, kw]`. Raises ValueError for weights that are neither.
    """
    if not are_filters(weights, input_shape):
        raise ValueError(
            f"weights of shape {list(weights.shape)} are no filters of pictures"
            f" of shape {list(input_shape)}"
        )
    pictures = weights.reshape(-1, *input_shape) if weights.ndim == 2 else weights
    pictures = pictures.astype(np.float64)
    norm = np.abs(pictures).sum()
    if norm == 0:
        return 0.0
    return float(sum(np.abs(np.diff(pictures, axis=axis)).sum() for axis in (2, 3)) / norm)
