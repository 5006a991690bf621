"""Measures of predictions: logits `[N, C]` against labels `[N]`."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """The fraction of examples whose largest logit is their label's."""
    return (logits.argmax(1) == labels).double().mean().item()


def cross_entropy(logits: Tensor, labels: Tensor) -> float:
    """Mean negative log-likelihood in nats."""
    return functional.cross_entropy(logits.double(), labels).item()


def confusion_matrix(predicted: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Counts `[C, C]`: rows are the actual classes, columns the predicted ones."""
    counts = torch.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.view(classes, classes)
