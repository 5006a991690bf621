"""Optimizers over stacked parameters: all updates are elementwise, so seeds stay apart.

The updates are those of torch's optimizers, step by step (tested bit for bit). Torch's own
classes load its compiler on first use, which takes as long as training a small cell.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from regscope.training.settings import AdamTraining, SGDTraining


class Optimizer(ABC):
    """Changes parameters in place by their `.grad`; `state` holds what it remembers, by name."""

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        self.parameters = list(parameters)
        self.state: dict[str, Tensor] = {}

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        for index, parameter in enumerate(self.parameters):
            assert parameter.grad is not None
            self.update(index, parameter, parameter.grad)

    @abstractmethod
    def update(self, index: int, parameter: Tensor, gradient: Tensor) -> None: ...

    def remember(self, name: str, initial: Tensor) -> Tensor:
        """The tensor remembered under `name`, `initial` at first."""
        if name not in self.state:
            self.state[name] = initial
        return self.state[name]


class SGD(Optimizer):
    """Gradient descent with optional (Nesterov) momentum, without dampening."""

    def __init__(self, parameters: Iterable[nn.Parameter], settings: SGDTraining) -> None:
        super().__init__(parameters)
        self.settings = settings

    def update(self, index: int, parameter: Tensor, gradient: Tensor) -> None:
        momentum = self.settings.momentum
        if momentum:
            velocity = self.remember(f"velocity.{index}", torch.zeros_like(parameter))
            velocity.mul_(momentum).add_(gradient)
            gradient = (
                gradient.add(velocity, alpha=momentum) if self.settings.nesterov else velocity
            )
        parameter.add_(gradient, alpha=-self.settings.learning_rate)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1) with bias-corrected moments."""

    def __init__(self, parameters: Iterable[nn.Parameter], settings: AdamTraining) -> None:
        super().__init__(parameters)
        self.settings = settings
        # Large tensors made anew in every step would cost more than the step itself.
        self._scratch: dict[int, Tensor] = {}

    def update(self, index: int, parameter: Tensor, gradient: Tensor) -> None:
        beta1, beta2 = self.settings.betas
        step = self.remember(f"step.{index}", torch.zeros((), dtype=torch.int64))
        first = self.remember(f"first.{index}", torch.zeros_like(parameter))
        second = self.remember(f"second.{index}", torch.zeros_like(parameter))
        if index not in self._scratch:
            self._scratch[index] = torch.empty_like(second)
        step += 1
        count = int(step)
        first.lerp_(gradient, 1 - beta1)
        second.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        scale = torch.sqrt(second, out=self._scratch[index])
        scale.div_(math.sqrt(1 - beta2**count)).add_(self.settings.epsilon)
        parameter.addcdiv_(first, scale, value=-self.settings.learning_rate / (1 - beta1**count))


def make_optimizer(
    settings: SGDTraining | AdamTraining, parameters: Iterable[nn.Parameter]
) -> Optimizer:
    if isinstance(settings, SGDTraining):
        return SGD(parameters, settings)
    return Adam(parameters, settings)
