"""Optimizers over stacked parameters: all updates are elementwise, so seeds stay apart.

The updates are those of torch's optimizers, step by step. Torch's own classes load its compiler
on first use, which takes as long as training a small cell. What changes from step to step is
kept in tensors from the start, so that a recorded CUDA graph counts on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from regscope.arithmetic.functions import square_root
from regscope.regularizers import Proximal
from regscope.study.training import AdamTraining, SGDTraining

LONGEST_VECTOR = 16  # float32 numbers in a register of AVX-512

Terms = Sequence[tuple[Proximal, Iterable[Tensor]]]
"""Terms that act after the step, each with the parameters on which it does."""


class Optimizer(ABC):
    """Changes parameters in place by their `.grad`; `state` holds what it remembers, by name.

    `terms` are no part of the gradients: each is applied after the step, by its proximal operator.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], terms: Terms = ()) -> None:
        self.parameters = list(parameters)
        self.state: dict[str, Tensor] = {}
        self.terms: dict[int, list[Proximal]] = {}
        for term, weights in terms:
            for weight in weights:
                self.terms.setdefault(self._index(weight), []).append(term)

    @abstractmethod
    def step(self) -> None:
        """Update every parameter by its gradient, then apply the terms."""

    @abstractmethod
    def step_size(self, index: int) -> Tensor | float:
        """By how much a step moves a parameter for each unit of a steady gradient."""

    def _index(self, parameter: Tensor) -> int:
        return next(i for i, known in enumerate(self.parameters) if known is parameter)

    def _project(self, index: int) -> None:
        terms = self.terms.get(index)
        if terms:
            size = self.step_size(index)
            for term in terms:
                term.project(self.parameters[index], size)


class SGD(Optimizer):
    """Gradient descent with optional (Nesterov) momentum, without dampening."""

    def __init__(
        self, parameters: Iterable[nn.Parameter], settings: SGDTraining, terms: Terms = ()
    ) -> None:
        super().__init__(parameters, terms)
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
            self._project(index)

    def step_size(self, index: int) -> float:  # noqa: ARG002
        return self.settings.learning_rate / (1 - self.settings.momentum)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1) with bias-corrected moments.

    Torch's fused update reads and writes every number once. But the last numbers of a tensor,
    those that do not fill a vector, it rounds differently, and which numbers are last depends on
    the stack: parameters whose seeds do not end with a vector are updated in padded copies.

    A parameter with proximal terms moves in the metric of second moments that see the terms'
    subgradients, as they would in the gradient, while the first moments are of the gradient alone:
    `v = b2 v + (1 - b2) (g + r)^2` with r in the subdifferential at the weight before the step.
    Adam's metric may be any positive one (Yun, Lozano and Yang 2021, algorithm 1): where training
    comes to rest does not depend on it. Without r the step size grows without bound where the
    gradient is small, and so does what a proximal operator takes.

    By Keras's conventions epsilon is the paper's "epsilon hat" (section 2, at its end): the root is
    of v as it is, and the rate is multiplied by `sqrt(1 - b2^t)` instead. The fused update knows
    no such thing, so a step then takes longer.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], settings: AdamTraining, terms: Terms = ()
    ) -> None:
        super().__init__(parameters, terms)
        self.settings = settings
        self.state["step"] = torch.zeros((), device=self.parameters[0].device)
        self._epsilon_hat = settings.conventions == "keras"
        everyone = range(len(self.parameters))
        self._plain = [i for i in everyone if self._epsilon_hat or i in self.terms]
        self._fused = [i for i in everyone if i not in self._plain]
        self._padded = {
            index: _Padded(self.parameters[index])
            for index in self._fused
            if not _fills_vectors(self.parameters[index])
        }
        for index, parameter in enumerate(self.parameters):
            padded = self._padded.get(index)
            like = parameter if padded is None else padded.values
            self.state[f"first.{index}"] = torch.zeros_like(like)
            self.state[f"second.{index}"] = torch.zeros_like(like)

    @torch.no_grad()
    def step(self) -> None:
        self.state["step"] += 1
        if self._fused:
            self._fused_step(self._fused)
        for index in self._plain:
            self._plain_step(index)
            self._project(index)

    def step_size(self, index: int) -> Tensor:
        """`learning_rate / (sqrt(v) + epsilon)` of every weight, v corrected for its start at 0.

        With epsilon hat, the correction is the rate's: `learning_rate c / (sqrt(v) + epsilon)` with
        c the root of what v is divided by otherwise.
        """
        second = self.state[f"second.{index}"]
        if index in self._padded:
            second = second[:, : self._padded[index].size].reshape(self.parameters[index].shape)
        settings, seen = self.settings, self._seen(self.settings.betas[1])
        if self._epsilon_hat:
            root = square_root(second).add_(settings.epsilon)
            return root.reciprocal_().mul_(square_root(seen) * settings.learning_rate)
        root = square_root(second / seen)
        return root.add_(settings.epsilon).reciprocal_().mul_(settings.learning_rate)

    def _fused_step(self, indices: Sequence[int]) -> None:
        settings = self.settings
        values: list[Tensor] = [self.parameters[index] for index in indices]
        gradients = [gradient_of(self.parameters[index]) for index in indices]
        for place, index in enumerate(indices):
            if padded := self._padded.get(index):
                values[place], gradients[place] = padded.filled(values[place], gradients[place])
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

    def _plain_step(self, index: int) -> None:
        """One rounding an operation, which is the same wherever in a stack a number lies."""
        parameter, gradient = self.parameters[index], gradient_of(self.parameters[index])
        first, second = self.state[f"first.{index}"], self.state[f"second.{index}"]
        early, late = self.settings.betas
        first.mul_(early).add_(gradient * (1 - early))
        whole = gradient.clone()
        for term in self.terms.get(index, ()):
            whole.add_(term.subgradient(parameter))
        second.mul_(late).add_(whole.square_().mul_(1 - late))
        parameter.sub_(torch.div(first, self._seen(early), out=whole).mul_(self.step_size(index)))

    def _seen(self, decay: float) -> Tensor:
        """How much weight all steps so far have in an average with that decay."""
        return (1 - decay ** self.state["step"].double()).to(self.state["step"].dtype)


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
    settings: SGDTraining | AdamTraining,
    parameters: Iterable[nn.Parameter],
    terms: Terms = (),
) -> Optimizer:
    if isinstance(settings, SGDTraining):
        return SGD(parameters, settings, terms)
    return Adam(parameters, settings, terms)
