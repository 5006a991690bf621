"""Optimizers over stacked parameters: all updates are elementwise, so seeds stay apart.

The updates are those of torch's optimizers, step by step. Torch's own classes load its compiler
on first use, which takes as long as training a small cell. What changes from step to step is
kept in tensors from the start, so that a recorded CUDA graph counts on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from regscope.arithmetic.functions import square_root
from regscope.regularizers import Regularizer
from regscope.regularizers.step import Places
from regscope.study.training import AdamTraining, AdamWTraining, SGDTraining, Training

LONGEST_VECTOR = 16  # float32 numbers in a register of AVX-512

Felt = Sequence[tuple[Regularizer, Iterable[Tensor]]]
"""Methods that have a `subgradient`, each with the parameters on which it acts."""


class Part:
    """A stacked parameter at some places: `values` `[P, ...]`, which are the stack's own memory."""

    def __init__(self, parameter: Tensor, places: Places = None) -> None:
        self.parameter = parameter
        self.places = places
        self.values = parameter if places is None else parameter.detach()[places]

    @property
    def gradient(self) -> Tensor:
        """As it stands, to be changed in place."""
        gradient = self.parameter.grad
        assert gradient is not None
        return gradient if self.places is None else gradient[self.places]

    @property
    def laid_out(self) -> Tensor:
        """The gradient, laid out in memory as the parameter is."""
        gradient = self.gradient
        if gradient.stride() == self.values.stride():
            return gradient
        return torch.empty_like(self.values).copy_(gradient)


class Optimizer(ABC):
    """Changes parameters in place by their `.grad`; `state` holds what it remembers, by name.

    `rate`, where given, is a scalar that holds the learning rate of the next step, in place of the
    settings' constant one. `places` are those of the stack that it updates. Of `felt`, see Adam.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        settings: Training,
        felt: Felt = (),
        places: Places = None,
        rate: Tensor | None = None,
    ) -> None:
        self.settings: Training = settings
        self.learning_rate: Tensor | float = settings.learning_rate if rate is None else rate
        self.parts = [Part(parameter, places) for parameter in parameters]
        self.state: dict[str, Tensor] = {}
        self.felt: dict[int, list[Regularizer]] = {}
        for method, weights in felt:
            for weight in weights:
                self.felt.setdefault(self.index(weight), []).append(method)

    @abstractmethod
    def step(self) -> None:
        """Update every parameter by its gradient."""

    def remembered(self) -> dict[str, Tensor]:
        """The state as checkpoints hold it: one number for all, or of its parameter's shape."""
        return self.state

    def recall(self, remembered: Mapping[str, Tensor]) -> None:
        """Go on from what `remembered` gave, of the same places."""
        for name, tensor in self.state.items():
            tensor.copy_(remembered[name])

    @abstractmethod
    def step_size(self, index: int) -> Tensor | float:
        """By how much a step moves a parameter for each unit of a steady gradient."""

    def index(self, parameter: Tensor) -> int:
        return next(i for i, part in enumerate(self.parts) if part.parameter is parameter)


class SGD(Optimizer):
    """Gradient descent with optional (Nesterov) momentum, without dampening."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        settings: SGDTraining,
        felt: Felt = (),
        places: Places = None,
        rate: Tensor | None = None,
    ) -> None:
        super().__init__(parameters, settings, felt, places, rate)
        self.settings: SGDTraining = settings
        if settings.momentum:
            for index, part in enumerate(self.parts):
                self.state[f"velocity.{index}"] = torch.zeros_like(part.values)

    @torch.no_grad()
    def step(self) -> None:
        settings = self.settings
        for index, part in enumerate(self.parts):
            gradient = part.laid_out
            if settings.momentum:
                velocity = self.state[f"velocity.{index}"]
                velocity.mul_(settings.momentum).add_(gradient)
                gradient = (
                    gradient.add(velocity, alpha=settings.momentum)
                    if settings.nesterov
                    else velocity
                )
            subtract(part.values, gradient, self.learning_rate)

    def step_size(self, index: int) -> Tensor | float:  # noqa: ARG002
        return self.learning_rate / (1 - self.settings.momentum)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1) with bias-corrected moments.

    Torch's fused update reads and writes every number once. But the last numbers of a tensor,
    those that do not fill a vector, it rounds differently, and which numbers are last depends on
    the stack: parameters whose seeds do not end with a vector are updated in padded copies.

    A parameter on which `felt` methods act after the update, by proximal operators, moves in the
    metric of second moments that see their subgradients, as they would in the gradient, while the
    first moments are of the gradient alone:
    `v = b2 v + (1 - b2) (g + r)^2` with r in the subdifferential at the weight before the step.
    Adam's metric may be any positive one (Yun, Lozano and Yang 2021, algorithm 1): where training
    comes to rest does not depend on it. Without r the step size grows without bound where the
    gradient is small, and so does what a proximal operator takes.

    With AdamW's settings all parameters first shrink by `1 - learning_rate * weight_decay`
    (Loshchilov and Hutter 2019, algorithm 2).

    By Keras's conventions epsilon is the paper's "epsilon hat" (section 2, at its end): the root is
    of v as it is, and the rate is multiplied by `sqrt(1 - b2^t)` instead. The fused update knows
    no such thing, so a step then takes longer.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        settings: AdamTraining | AdamWTraining,
        felt: Felt = (),
        places: Places = None,
        rate: Tensor | None = None,
    ) -> None:
        super().__init__(parameters, settings, felt, places, rate)
        self.settings: AdamTraining | AdamWTraining = settings
        self.state["step"] = torch.zeros((), device=self.parts[0].values.device)
        self._epsilon_hat = settings.conventions == "keras"
        everyone = range(len(self.parts))
        self._plain = [i for i in everyone if self._epsilon_hat or i in self.felt]
        self._fused = [i for i in everyone if i not in self._plain]
        self._padded = {
            index: _Padded(self.parts[index].values)
            for index in self._fused
            if not _fills_vectors(self.parts[index].values)
        }
        for index, part in enumerate(self.parts):
            padded = self._padded.get(index)
            like = part.values if padded is None else padded.values
            self.state[f"first.{index}"] = torch.zeros_like(like)
            self.state[f"second.{index}"] = torch.zeros_like(like)

    @torch.no_grad()
    def step(self) -> None:
        self.state["step"] += 1
        if decay := getattr(self.settings, "weight_decay", 0):
            for part in self.parts:
                part.values.mul_(1 - self.learning_rate * decay)
        if self._fused:
            self._fused_step(self._fused)
        for index in self._plain:
            self._plain_step(index)

    def step_size(self, index: int) -> Tensor:
        """`learning_rate / (sqrt(v) + epsilon)` of every weight, v corrected for its start at 0.

        With epsilon hat, the correction is the rate's: `learning_rate c / (sqrt(v) + epsilon)` with
        c the root of what v is divided by otherwise.
        """
        second = self.state[f"second.{index}"]
        if padded := self._padded.get(index):
            second = padded.seen(second, self.parts[index].values)
        settings, seen = self.settings, self._seen(self.settings.betas[1])
        if self._epsilon_hat:
            root = square_root(second).add_(settings.epsilon)
            return root.reciprocal_().mul_(square_root(seen) * self.learning_rate)
        root = square_root(second / seen)
        return root.add_(settings.epsilon).reciprocal_().mul_(self.learning_rate)

    def remembered(self) -> dict[str, Tensor]:
        found = dict(self.state)
        for index, padded in self._padded.items():
            for name in (f"first.{index}", f"second.{index}"):
                found[name] = padded.seen(self.state[name], self.parts[index].values)
        return found

    def recall(self, remembered: Mapping[str, Tensor]) -> None:
        whole = dict(remembered)
        for index, padded in self._padded.items():
            for name in (f"first.{index}", f"second.{index}"):
                whole[name] = self.state[name].zero_()
                padded.seen(whole[name], None).copy_(remembered[name].flatten(1))
        super().recall(whole)

    def _fused_step(self, indices: Sequence[int]) -> None:
        settings = self.settings
        values = [self.parts[index].values for index in indices]
        gradients = [self.parts[index].laid_out for index in indices]
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
            lr=self.learning_rate,
            beta1=settings.betas[0],
            beta2=settings.betas[1],
            weight_decay=0.0,
            eps=settings.epsilon,
            amsgrad=False,
            maximize=False,
        )
        for index, padded in self._padded.items():
            padded.empty_into(self.parts[index].values)

    def _plain_step(self, index: int) -> None:
        """One rounding an operation, which is the same wherever in a stack a number lies."""
        parameter, gradient = self.parts[index].values, self.parts[index].laid_out
        first, second = self.state[f"first.{index}"], self.state[f"second.{index}"]
        early, late = self.settings.betas
        first.mul_(early).add_(gradient * (1 - early))
        whole = gradient.clone()
        for method in self.felt.get(index, ()):
            subgradient = method.subgradient(parameter)
            assert subgradient is not None
            whole.add_(subgradient)
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

    def seen(self, room: Tensor, like: Tensor | None) -> Tensor:
        """What there is in such room, `[P, size]` or of the shape of `like`."""
        found = room[:, : self.size]
        return found if like is None else found.reshape(like.shape)

    def empty_into(self, tensor: Tensor) -> None:
        tensor.copy_(self.values[:, : self.size].reshape(tensor.shape))


def subtract(values: Tensor, direction: Tensor, factor: Tensor | float) -> None:
    """Take away `factor * direction`, in place."""
    if isinstance(factor, Tensor):
        values.sub_(direction * factor)
    else:
        values.add_(direction, alpha=-factor)


def _fills_vectors(values: Tensor) -> bool:
    return values.is_cuda or values[0].numel() % LONGEST_VECTOR == 0


def make_optimizer(
    settings: Training,
    parameters: Iterable[nn.Parameter],
    felt: Felt = (),
    places: Places = None,
    rate: Tensor | None = None,
) -> Optimizer:
    if isinstance(settings, SGDTraining):
        return SGD(parameters, settings, felt, places, rate)
    return Adam(parameters, settings, felt, places, rate)
