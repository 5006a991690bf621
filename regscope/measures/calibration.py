"""Calibration: is a network right as often as it says it is?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

BINS = 15


@dataclass(frozen=True)
class Bin:
    """The examples of one range of confidence: how many, mean confidence, and accuracy."""

    bin: int
    count: int
    confidence: float
    accuracy: float


def reliability(probabilities: Tensor, labels: Tensor, bins: int = BINS) -> list[Bin]:
    """Examples by their confidence, the probability `[N, C]` of the class that is predicted.

    Bin `b` of `bins` equal ones, from 0, holds the confidences in `(b / bins, (b + 1) / bins]`;
    bins without examples are left out.
    """
    confidence, predicted = probabilities.double().max(1)
    places = (confidence * bins).ceil().long().clamp(1, bins) - 1
    counts = torch.bincount(places, minlength=bins).tolist()
    confidences = torch.bincount(places, confidence, bins).tolist()
    right = torch.bincount(places, (predicted == labels).double(), bins).tolist()
    return [
        Bin(place, count, confidences[place] / count, right[place] / count)
        for place, count in enumerate(counts)
        if count
    ]


def calibration_error(bins: list[Bin]) -> float:
    """`sum_b n_b / N * |accuracy_b - confidence_b|` over the bins of `reliability`."""
    examples = sum(row.count for row in bins)
    # `sum` adds floats otherwise from one Python to the next.
    return math.fsum(row.count / examples * abs(row.accuracy - row.confidence) for row in bins)


def expected_calibration_error(probabilities: Tensor, labels: Tensor, bins: int = BINS) -> float:
    """How far confidence and accuracy lie apart on average, 0 to 1.

    Guo et al. 2017, "On calibration of modern neural networks", with equally wide bins.
    """
    return calibration_error(reliability(probabilities, labels, bins))
