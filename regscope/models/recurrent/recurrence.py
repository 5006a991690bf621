"""The plain recurrence h_t = tanh(x_t + U h_{t-1}), with its backward pass written out.

Elman 1990, "Finding structure in time"; backpropagation through time: Werbos 1990. Each step is
one matrix product and one tanh, without autograd's bookkeeping, and the gradient of U is one
product over all steps at the end.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def recurrence(inputs: Tensor, weight: Tensor) -> Tensor:
    """The states `[S*B, T, H]` of `inputs` `[S*B, T, H]` under `weight`, beginning with zeros.

    `weight` is `[H, H]`, or `[S, H, H]` with the seeds in blocks: units by what they read, as in
    a dense layer.
    """
    stacked = weight if weight.dim() == 3 else weight.unsqueeze(0)
    by_seed = inputs.view(len(stacked), -1, *inputs.shape[1:])
    states: Tensor = _Recurrence.apply(  # type: ignore[no-untyped-call]
        by_seed, stacked.to(inputs.dtype)
    )
    return states.view(inputs.shape)


class _Recurrence(torch.autograd.Function):
    """Inputs `[S, B, T, H]`, weight `[S, H, H]`; inside, every step is a block of memory."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor) -> Tensor:
        steps = inputs.shape[2]
        # The state before the first step comes first.
        states = inputs.new_zeros(steps + 1, *inputs.shape[:2], inputs.shape[3])
        onwards = weight.transpose(1, 2)
        for step in range(steps):
            torch.baddbmm(inputs[:, :, step], states[step], onwards, out=states[step + 1])
            states[step + 1].tanh_()
        ctx.save_for_backward(states, weight)
        return states[1:].permute(1, 2, 0, 3).contiguous()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        states, weight = ctx.saved_tensors
        # Of what every step's tanh reads.
        inside = torch.empty_like(states[1:])
        arriving = gradient[:, :, -1]
        for step in reversed(range(len(inside))):
            torch.ops.aten.tanh_backward.grad_input(
                arriving, states[step + 1], grad_input=inside[step]
            )
            if step:
                arriving = torch.baddbmm(gradient[:, :, step - 1], inside[step], weight)
        seeds, units = weight.shape[:2]
        before, after = (
            blocks.transpose(0, 1).reshape(seeds, -1, units) for blocks in (states[:-1], inside)
        )
        return inside.permute(1, 2, 0, 3), torch.bmm(after.transpose(1, 2), before)
