"""Optimizers over stacked parameters: all updates are elementwise, so seeds stay apart.

The updates are those of torch's optimizers, step by step. Torch's own classes load its compiler
on first use, which takes as long as training a small cell. What changes from step to step is
kept in tensors from the start, so that a recorded CUDA graph counts on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from regscope.arithmetic.functions import square_root
from regscope.training.settings import AdamTraining, SGDTraining

LONGEST_VECTOR = 16  # float32 numbers in a register of AVX-512


class Optimizer(ABC):
    """Changes parameters in place by their `.grad`; `state` holds what it remembers, by name."""

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        self.parameters = list(parameters)
        self.state: dict[str, Tensor] = {}

    @abstractmethod
    def step(self) -> None:
        """Update every parameter by its gradient."""

    @abstractmethod
    def step_size(self, parameter: Tensor) -> Tensor | float:
        """By how much a step moves one of the parameters for each unit of a steady gradient."""

    def _index(self, parameter: Tensor) -> int:
        return next(i for i, known in enumerate(self.parameters) if known is parameter)


class SGD(Optimizer):
    """Gradient descent with optional (Nesterov) momentum, without dampening."""

    def __init__(self, parameters: Iterable[nn.Parameter], settings: SGDTraining) -> None:
        super().__init__(parameters)
        self.settings = settings
        if settings.momentum:
            for index, parameter in enumerate(self.parameters):
                self.state[f"velocity.{index}"] = torch.zeros_like(parameter)

    @torch.no_grad()
    def step(self) -> None:
        settings = self.settings
        for index, parameter in enumerate(self.parameters):
            gradient = gradient_of(parameter)
            if settings.momentum:
                velocity = self.state[f"velocity.{index}"]
                velocity.mul_(settings.momentum).add_(gradient)
                gradient = (
                    gradient.add(velocity, alpha=settings.momentum)
                    if settings.nesterov
                    else velocity
                )
            parameter.add_(gradient, alpha=-settings.learning_rate)

    def step_size(self, parameter: Tensor) -> float:  # noqa: ARG002
        return self.settings.learning_rate / (1 - self.settings.momentum)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1) with bias-corrected moments.

    Torch's fused update reads and writes every number once. But the last numbers of a tensor,
    those that do not fill a vector, it rounds differently, and which numbers are last depends on
    the stack: parameters whose seeds do not end with a vector are updated in padded copies.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], settings: AdamTraining) -> None:
        super().__init__(parameters)
        self.settings = settings
        self.state["step"] = torch.zeros((), device=self.parameters[0].device)
        self._padded = {
            index: _Padded(parameter)
            for index, parameter in enumerate(self.parameters)
            if not _fills_vectors(parameter)
        }
        for index, parameter in enumerate(self.parameters):
            padded = self._padded.get(index)
            like = parameter if padded is None else padded.values
            self.state[f"first.{index}"] = torch.zeros_like(like)
            self.state[f"second.{index}"] = torch.zeros_like(like)

    @torch.no_grad()
    def step(self) -> None:
        settings, indices = self.settings, range(len(self.parameters))
        self.state["step"] += 1
        values: list[Tensor] = list(self.parameters)
        gradients = [gradient_of(parameter) for parameter in self.parameters]
        for index, padded in self._padded.items():
            values[index], gradients[index] = padded.filled(values[index], gradients[index])
        torch._fused_adam_(
            values,
            gradients,
            [self.state[f"first.{index}"] for index in indices],
            [self.state[f"second.{index}"] for index in indices],
            [],
            [self.state["step"] for _ in indices],
            lr=settings.learning_rate,
            beta1=settings.betas[0],
            beta2=settings.betas[1],
            weight_decay=0.0,
            eps=settings.epsilon,
            amsgrad=False,
            maximize=False,
        )
        for index, padded in self._padded.items():
            padded.empty_into(self.parameters[index])

    def step_size(self, parameter: Tensor) -> Tensor:
        """`learning_rate / (sqrt(v) + epsilon)` of every weight, v corrected for its start at 0."""
        settings, index = self.settings, self._index(parameter)
        second = self.state[f"second.{index}"]
        if index in self._padded:
            second = second[:, : self._padded[index].size].reshape(parameter.shape)
        corrected = second / (1 - settings.betas[1] ** self.state["step"])
        return (
            square_root(corrected).add_(settings.epsilon).reciprocal_().mul_(settings.learning_rate)
        )


class _Padded:
    """Room for a stacked tensor's values and gradients, each seed's padded to whole vectors."""

    def __init__(self, tensor: Tensor) -> None:
        self.size = tensor[0].numel()
        room = -(-self.size // LONGEST_VECTOR) * LONGEST_VECTOR
        self.values = torch.zeros(len(tensor), room, device=tensor.device)
        self.gradients = torch.zeros_like(self.values)

    def filled(self, values: Tensor, gradients: Tensor) -> tuple[Tensor, Tensor]:
        self.values[:, : self.size] = values.reshape(len(values), -1)
        self.gradients[:, : self.size] = gradients.reshape(len(values), -1)
        return self.values, self.gradients

    def empty_into(self, tensor: Tensor) -> None:
        tensor.copy_(self.values[:, : self.size].reshape(tensor.shape))


def gradient_of(parameter: nn.Parameter) -> Tensor:
    """The gradient, laid out in memory as the parameter is."""
    gradient = parameter.grad
    assert gradient is not None
    if gradient.stride() == parameter.stride():
        return gradient
    return torch.empty_like(parameter).copy_(gradient)


def _fills_vectors(parameter: nn.Parameter) -> bool:
    return parameter.is_cuda or parameter[0].numel() % LONGEST_VECTOR == 0


def make_optimizer(
    settings: SGDTraining | AdamTraining, parameters: Iterable[nn.Parameter]
) -> Optimizer:
    if isinstance(settings, SGDTraining):
        return SGD(parameters, settings)
    return Adam(parameters, settings)
