"""Precision and recall of a class as its probability's threshold falls."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def average_precision(probabilities: Tensor, labels: Tensor) -> float:
    """The area under the precision-recall curve, of probabilities `[N, C]`.

    Precision, summed over thresholds with the recall that each adds: no line is drawn between
    points of the curve, which would promise too much (Davis and Goadrich 2006, "The relationship
    between precision-recall and ROC curves"). Of two classes that of the rarer one among the
    labels, of equally many the second; of more the mean over the classes that labels name, each
    against the rest. A constant answer gets the class's share. nan where all are of one class, or a
    probability is none.
    """
    counts = torch.bincount(labels, minlength=probabilities.shape[1])
    named = counts.nonzero()[:, 0].tolist()
    if len(named) < 2 or not probabilities.isfinite().all():
        return math.nan
    judged = [rarer(counts)] if probabilities.shape[1] == 2 else named
    areas = [_area(*curve(probabilities[:, one].double(), labels == one)) for one in judged]
    return math.fsum(areas) / len(areas)


def rarer(counts: Tensor) -> int:
    """Which of two classes is taken for the positive one, of how many there are of each, `[2]`."""
    return 0 if counts[0] < counts[1] else 1


def curve(scores: Tensor, positive: Tensor) -> tuple[Tensor, Tensor]:
    """At every threshold, from the highest of the scores `[N]`: what is told to be positive, and
    how much of it is, int64 `[K]` both. Equal scores go together."""
    _, places, sizes = torch.unique(scores, return_inverse=True, return_counts=True)
    right = torch.zeros_like(sizes).index_add_(0, places, positive.to(sizes.dtype))
    return sizes.flip(0).cumsum(0), right.flip(0).cumsum(0)


def at_recalls(told: Tensor, right: Tensor, levels: int) -> Tensor:
    """Precision `[levels]` at recalls `1 / levels, 2 / levels, ..., 1`, of a `curve`.

    That of the highest threshold at which recall is as much or more.
    """
    wanted = torch.arange(1, levels + 1) * right[-1]
    return (right.double() / told)[torch.searchsorted(right * levels, wanted)]


def _area(told: Tensor, right: Tensor) -> float:
    gained = right.diff(prepend=right.new_zeros(1)).double() / right[-1]
    return math.fsum((gained * right / told).tolist())
