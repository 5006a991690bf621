"""The module of a penalty on activations: it leaves them as they are, and adds a gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class ActivityL1(nn.Module):
    """`strength * sum(abs(h)) / B` in the objective while training, h `[B, ...]` what comes in.

    Keras's `activity_regularizer=L1(strength)`, which divides by the number of examples.
    """

    def __init__(self, strength: float) -> None:
        super().__init__()
        self.strength = strength

    def forward(self, inputs: Tensor) -> Tensor:
        if not self.training:
            return inputs
        return penalized(inputs, torch.full((1,), self.strength, dtype=torch.float64))

    def extra_repr(self) -> str:
        return f"strength={self.strength:g}"


def penalized(inputs: Tensor, strengths: Tensor) -> Tensor:
    """Activations `[S*B, ...]`, whose gradient will have the terms' `[S]` own part in it."""
    outputs: Tensor = _Penalized.apply(inputs, strengths)  # type: ignore[no-untyped-call]
    return outputs


def with_term(gradient: Tensor, signs: Tensor, strengths: Tensor) -> Tensor:
    """The gradient by activations and the term's, `strength * sign(h) / B`, `[S*B, ...]`."""
    size = len(signs) // len(strengths)
    each = (strengths / size).to(gradient).repeat_interleave(size)
    return gradient + signs * each.view(-1, *[1] * (signs.dim() - 1))


class _Penalized(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Tensor, strengths: Tensor) -> Tensor:
        ctx.save_for_backward(inputs.sign(), strengths)
        # A copy, which what follows may change in place.
        return inputs.clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return with_term(gradients[0], *ctx.saved_tensors), None
