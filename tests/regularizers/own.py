"""Hooks on tensors that a test makes, without a stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from regscope.regularizers import Regularizer
from regscope.regularizers.step import Own, Step
from regscope.stacking.streams import Streams
from regscope.training.optimizer import Optimizer


class Fixed:
    """Updates of a constant learning rate."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def step_size(self, parameter: str) -> float:
        return self.learning_rate


class Of:
    """Updates of an optimizer whose parameters have these names."""

    def __init__(self, optimizer: Optimizer, weights: Mapping[str, Tensor]) -> None:
        self.optimizer = optimizer
        self.weights = weights

    @property
    def learning_rate(self) -> Tensor | float:
        return self.optimizer.rates.at()

    def step_size(self, parameter: str) -> Tensor | float:
        return self.optimizer.step_size(self.optimizer.index(self.weights[parameter]))


def own(weights: Mapping[str, Tensor], learning_rate: float = 0.1) -> Own:
    """Of weights `[P, ...]`, all parameters that there are."""

    def gradient(name: str) -> Tensor:
        found = weights[name].grad
        assert found is not None
        return found

    count = len(next(iter(weights.values())))
    streams = Streams(range(count), "tested")
    return Own(None, weights, weights, {}, streams, {}, Fixed(learning_rate), gradient)


def remembering(method: Regularizer, owned: Own) -> Own:
    """With what the method remembers."""
    return replace(owned, memory=method.state(owned.parameters, owned.buffers))


def step(
    inputs: Tensor, labels: Tensor, classes: int, logits: Tensor | None = None, places: int = 1
) -> Step:
    """One whose gradient is 0 so far."""
    gradient = None if logits is None else torch.zeros_like(logits)
    share = places / len(labels)
    return Step(inputs, labels, labels, classes, share, torch.zeros(()), logits, gradient)


def any_step() -> Step:
    """For hooks that look at nothing of it."""
    return step(torch.zeros(1, 1), torch.zeros(1, dtype=torch.int64), 2)
