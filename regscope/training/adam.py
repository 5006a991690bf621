"""Adam and AdamW over stacked parameters, torch's updates step by step, or Keras's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from regscope.arithmetic.functions import square_root
from regscope.regularizers.step import Places, by_place, times
from regscope.study.training import AdamTraining, AdamWTraining
from regscope.training.optimizer import Optimizer
from regscope.training.rates import Rate

LONGEST_VECTOR = 16  # float32 numbers in a register of AVX-512


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

    settings: AdamTraining | AdamWTraining

    def _begin(self) -> None:
        self.state["step"] = torch.zeros((), device=self.parts[0].values.device)
        self._epsilon_hat = self.settings.conventions == "keras"
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
        self._pieces = [self._piece(one) for one in self.rates.each if self._fused]

    def _piece(self, rate: Rate) -> _Piece:
        rooms = [self._padded.get(index, self.parts[index]) for index in self._fused]
        tensors = {
            "values": [room.values for room in rooms],
            "first": [self.state[f"first.{index}"] for index in self._fused],
            "second": [self.state[f"second.{index}"] for index in self._fused],
        }
        return _Piece(
            rate, **{name: [one[rate.places] for one in own] for name, own in tensors.items()}
        )

    @torch.no_grad()
    def step(self) -> None:
        self.state["step"] += 1
        if decay := getattr(self.settings, "weight_decay", 0):
            kept = 1 - times(decay, self.rates.at())
            for part in self.parts:
                part.values.mul_(by_place(kept, part.values))
        if self._fused:
            self._fused_step()
        for index in self._plain:
            self._plain_step(index)

    def step_size(self, index: int, places: Places = None) -> Tensor:
        """`learning_rate / (sqrt(v) + epsilon)` of every weight, v corrected for its start at 0.

        With epsilon hat, the correction is the rate's: `learning_rate c / (sqrt(v) + epsilon)` with
        c the root of what v is divided by otherwise.
        """
        second = self.state[f"second.{index}"]
        if padded := self._padded.get(index):
            second = padded.seen(second, self.parts[index].values)
        if places is not None:
            second = second[places]
        settings, seen = self.settings, self._seen(self.settings.betas[1])
        rates = self.rates.at(places)
        if self._epsilon_hat:
            root = square_root(second).add_(settings.epsilon)
            return root.reciprocal_().mul_(by_place(times(rates, square_root(seen)), root))
        root = square_root(second / seen)
        return root.add_(settings.epsilon).reciprocal_().mul_(by_place(rates, root))

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

    def _fused_step(self) -> None:
        settings = self.settings
        gradients = []
        for index in self._fused:
            part, gradient = self.parts[index], self.parts[index].laid_out
            if padded := self._padded.get(index):
                gradient = padded.filled(part.values, gradient)
            gradients.append(gradient)
        steps = [self.state["step"]] * len(gradients)
        for piece in self._pieces:
            torch._fused_adam_(
                piece.values,
                [gradient[piece.rate.places] for gradient in gradients],
                piece.first,
                piece.second,
                [],
                steps,
                lr=piece.rate.value,
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


@dataclass(frozen=True)
class _Piece:
    """What of all that is updated belongs to the places of one rate, the stack's own memory."""

    rate: Rate
    values: list[Tensor]
    first: list[Tensor]
    second: list[Tensor]


class _Padded:
    """Room for a stacked tensor's values and gradients, each seed's padded to whole vectors."""

    def __init__(self, tensor: Tensor) -> None:
        self.size = tensor[0].numel()
        room = -(-self.size // LONGEST_VECTOR) * LONGEST_VECTOR
        self.values = torch.zeros(len(tensor), room, device=tensor.device)
        self.gradients = torch.zeros_like(self.values)

    def filled(self, values: Tensor, gradients: Tensor) -> Tensor:
        """Take both in; the room of the gradients."""
        self.values[:, : self.size] = values.reshape(len(values), -1)
        self.gradients[:, : self.size] = gradients.reshape(len(values), -1)
        return self.gradients

    def seen(self, room: Tensor, like: Tensor | None) -> Tensor:
        """What there is in such room, `[P, size]` or of the shape of `like`."""
        found = room[:, : self.size]
        return found if like is None else found.reshape(like.shape)

    def empty_into(self, tensor: Tensor) -> None:
        tensor.copy_(self.values[:, : self.size].reshape(tensor.shape))


def _fills_vectors(values: Tensor) -> bool:
    return values.is_cuda or values[0].numel() % LONGEST_VECTOR == 0
