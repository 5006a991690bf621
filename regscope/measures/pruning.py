"""Magnitude pruning: how many of the smallest weights a trained network can do without.

Han et al. 2015, "Learning both weights and connections for efficient neural networks", without
training again afterwards. As their thresholds are, a weight's size is relative to its layer: how
large a layer is as a whole means nothing before a batch normalization, which divides it out, and
little between ReLUs, where the next layer can make up for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

# Denser near 1, where accuracy falls.
FRACTIONS = (
    *(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.875, 0.9, 0.925),
    *(0.95, 0.96, 0.97, 0.98, 0.99, 0.995, 1.0),
)
ALLOWED_DROP = 0.01
# Accuracies that differ by less are equal but for rounding.
ROUNDING = 1e-9


def pruning_curve(
    weights: Sequence[nn.Parameter], judge: Callable[[], tuple[float, float]]
) -> list[dict[str, float]]:
    """Accuracy and loss of a network with the smallest `FRACTIONS` of these weights set to zero.

    The weights of all these layers compete with one another, each by its `importance`: one
    threshold holds for all of them. `judge()` gives (accuracy, loss) of the network that they
    belong to; it is not asked again where only weights were removed that are zero anyway. Rows
    have the keys `fraction`, `accuracy` and `loss`. Afterwards the weights are what they were, bit
    for bit, also if `judge` raises.
    """
    flat = [weight.detach().reshape(-1) for weight in weights]
    original = torch.cat(flat)
    values = original.clone()
    order = smallest_first(torch.cat([importance(layer) for layer in flat]))
    zeros = int((values == 0).sum())
    removed = 0
    rows: list[dict[str, float]] = []
    try:
        for fraction in FRACTIONS:
            count = round(fraction * len(order))
            if not rows or count > max(removed, zeros):
                values[order[removed:count]] = 0
                removed = count
                _write(weights, values)
                accuracy, loss = judge()
            rows.append({"fraction": fraction, "accuracy": accuracy, "loss": loss})
    finally:
        _write(weights, original)
    return rows


def importance(weights: Tensor) -> Tensor:
    """`|w| / RMS` of one layer's weights `[n]`, RMS being their root mean square; float64.

    It is the same for a layer and any multiple of it. All-zero weights have none: 0.
    """
    magnitudes = weights.double().abs()
    scale = magnitudes.square().mean().sqrt()
    return magnitudes / scale if scale > 0 else magnitudes


def smallest_first(importances: Tensor) -> Tensor:
    """The order `[n]` in which weights of such importances `[n]` go, ties as they stand.

    Exact zeros, whose importance is 0, therefore go first.
    """
    return importances.argsort(stable=True)


@torch.no_grad()
def _write(weights: Sequence[nn.Parameter], values: Tensor) -> None:
    sizes = [weight.numel() for weight in weights]
    for weight, part in zip(weights, torch.split(values, sizes), strict=True):
        weight.copy_(part.view(weight.shape))


def pruning_area(fractions: Sequence[float], accuracies: Sequence[float]) -> float:
    """The area under accuracy against fraction by the trapezoidal rule.

    With fractions from 0 to 1 it is the mean accuracy over all degrees of pruning.
    """
    return float(np.trapezoid(accuracies, fractions))


def prunable_fraction(
    fractions: Sequence[float], accuracies: Sequence[float], allowed_drop: float = ALLOWED_DROP
) -> float:
    """How much can be removed before accuracy falls more than `allowed_drop` below the first.

    Where the curve, with straight lines between its points, first falls below
    `accuracies[0] - allowed_drop` (a fraction: 0.01 is one percentage point); the last fraction
    where it never does. `fractions` ascend, and the first is that of the unpruned network.
    """
    lowest = accuracies[0] - allowed_drop
    for index in range(1, len(fractions)):
        before, after = accuracies[index - 1], accuracies[index]
        if after < lowest - ROUNDING:
            share = max(0.0, (before - lowest) / (before - after))
            return fractions[index - 1] + share * (fractions[index] - fractions[index - 1])
    return fractions[-1]
