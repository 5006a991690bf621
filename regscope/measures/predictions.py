"""Measures of predictions: logits or probabilities `[N, C]` against labels `[N]`."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

TOP = 5
FEW_CLASSES = 10


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """The fraction of examples whose largest logit is their label's."""
    return (logits.argmax(1) == labels).double().mean().item()


def cross_entropy(logits: Tensor, labels: Tensor) -> float:
    """Mean negative log-likelihood in nats."""
    # The definition written out takes a third of the time of torch's function.
    exact = logits.double()
    return (exact.logsumexp(1) - exact.gather(1, labels[:, None])[:, 0]).mean().item()


def confusion_matrix(predicted: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Counts `[C, C]`: rows are the actual classes, columns the predicted ones."""
    counts = torch.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.view(classes, classes)


def top_k_accuracy(logits: Tensor, labels: Tensor, k: int) -> float:
    """The fraction of examples whose label is among the `k` largest logits, `1 <= k <= C`."""
    best = logits.topk(k, dim=1).indices
    return (best == labels[:, None]).any(1).double().mean().item()


def top5_accuracy(logits: Tensor, labels: Tensor) -> float | None:
    """The same of five; None of ten classes or fewer, of which it says little."""
    return top_k_accuracy(logits, labels, TOP) if logits.shape[1] > FEW_CLASSES else None


def brier_score(probabilities: Tensor, labels: Tensor) -> float:
    """`sum_c (p_c - [c is the label])**2`, mean over examples: 0 at best, 2 at worst.

    Brier 1950, "Verification of forecasts expressed in terms of probability", for any number of
    classes; of two it is twice what is often given for the probability of one of them.
    """
    right = functional.one_hot(labels, probabilities.shape[1])
    return (probabilities.double() - right).square().sum(1).mean().item()


def balanced_accuracy(confusion: Tensor) -> float:
    """The mean over classes of the share of a class that is told right, of counts `[C, C]`.

    Classes without an actual example are left out, as in scikit-learn. A constant answer gets one
    over the number of classes (Brodersen et al. 2010, "The balanced accuracy and its posterior
    distribution").
    """
    counts = confusion.double()
    actual = counts.sum(1)
    there = actual > 0
    return (counts.diagonal()[there] / actual[there]).mean().item()


def roc_auc(probabilities: Tensor, labels: Tensor) -> float:
    """The area under the ROC curve, of probabilities `[N, C]`.

    The probability that an example of a class gets a higher probability of it than one of another
    class, ties counting half (Mann and Whitney's U over its largest value; Hanley and McNeil 1982,
    "The meaning and use of the area under a receiver operating characteristic curve"). Of two
    classes by the probability of the second; of more, the mean over classes of each against the
    rest. Classes that no label names are left out. nan where all are of one class, or a
    probability is none.
    """
    named = torch.bincount(labels, minlength=probabilities.shape[1]).nonzero()[:, 0].tolist()
    if len(named) < 2 or not probabilities.isfinite().all():
        return math.nan
    judged = [1] if probabilities.shape[1] == 2 else named
    areas = [_area(probabilities[:, one].double(), labels == one) for one in judged]
    return math.fsum(areas) / len(areas)


def _area(scores: Tensor, positive: Tensor) -> float:
    """Of scores `[N]` by the sum of the positives' ranks, equal scores sharing theirs."""
    _, places, counts = torch.unique(scores, return_inverse=True, return_counts=True)
    ranks = counts.cumsum(0).double() - (counts - 1) / 2
    number = int(positive.sum())
    above: float = ranks[places[positive]].sum().item() - number * (number + 1) / 2
    return above / (number * (len(scores) - number))


def class_f1_sd(confusion: Tensor) -> float:
    """The standard deviation over classes of F1, `2 tp / (2 tp + fp + fn)`, of counts `[C, C]`.

    0 where all classes are told equally well. A class that is nowhere, neither actual nor
    predicted, counts as 0, as in scikit-learn.
    """
    counts = confusion.double()
    f1 = 2 * counts.diagonal() / (counts.sum(0) + counts.sum(1)).clamp(min=1)
    return f1.std(correction=0).item()
