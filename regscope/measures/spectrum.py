"""Measures of a layer's singular values; a kernel `[out, in, kh, kw]` is `[out, in*kh*kw]`."""

from __future__ import annotations

import math

import numpy as np
import torch


def spectral_norm(matrix: np.ndarray) -> float:
    """The largest singular value of `[out, in]`: how much the layer can stretch an input.

    It is the root of the largest eigenvalue of the smaller of `W W^T` and `W^T W`, which takes a
    fraction of a singular value decomposition's time and loses nothing for the largest one.
    """
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    # torch keeps to the threads that a stage allows it; numpy's products would take every core.
    rows = torch.from_numpy(wide.astype(np.float64))
    return math.sqrt(torch.linalg.eigvalsh(rows @ rows.T)[-1].item())


def stable_rank(matrix: np.ndarray) -> float:
    """`||W||_F**2 / ||W||_2**2`, the sum of squared singular values over the largest of them.

    Rudelson and Vershynin 2007, "Sampling from large matrices". Between 1 and the rank; unlike
    the rank it hardly changes with small perturbations. 0 for an all-zero matrix.
    """
    return spectral_measures(matrix)["stable_rank"]


def spectral_measures(weights: np.ndarray) -> dict[str, float]:
    """`spectral_norm` and `stable_rank` of the weights `[out, ...]` of one layer and seed."""
    matrix = as_matrix(weights)
    norm = spectral_norm(matrix)
    squares = float(np.square(matrix, dtype=np.float64).sum())
    return {"spectral_norm": norm, "stable_rank": squares / norm**2 if norm > 0 else 0.0}


def full_rank(weights: np.ndarray) -> int:
    """The largest rank, and stable rank, that weights of this shape can have."""
    return int(min(as_matrix(weights).shape))


def as_matrix(weights: np.ndarray) -> np.ndarray:
    return weights.reshape(len(weights), -1)
