"""Autograd from a given gradient on."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def backward(outputs: Tensor, gradient: Tensor) -> None:
    """Accumulate the gradients of all that `outputs` depends on, given that of `outputs`.

    As `torch.autograd.backward(outputs, gradient)`, which loads half of torch's compiler to
    compare two shapes: more than half a second in every process.
    """
    root = _Root.apply(outputs, gradient.to(outputs.dtype))  # type: ignore[no-untyped-call]
    torch.autograd.backward(root)


class _Root(torch.autograd.Function):
    """A scalar whose gradient with respect to its first argument is its second."""

    @staticmethod
    def forward(ctx: Any, outputs: Tensor, gradient: Tensor) -> Tensor:
        ctx.save_for_backward(gradient)
        return outputs.new_zeros(())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *_: Tensor) -> tuple[Tensor, None]:
        (gradient,) = ctx.saved_tensors
        return gradient, None
