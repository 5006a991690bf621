"""The loss of every example and its gradient, in closed form: cheaper than autograd's."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def cross_entropy(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy `[...]` in nats of `logits` `[..., C]`, and its gradient `[..., C]`.

    `targets` are classes `[...]` or probabilities `[..., C]` that sum to 1. Both results are
    float32: `-sum(t * log(p))` and `p - t`, p being the softmax of the logits.
    """
    logits = logits.float()
    shifted = logits - logits.amax(-1, keepdim=True)
    exponentials = shifted.exp()
    sums = exponentials.sum(-1, keepdim=True)
    probabilities = exponentials.div_(sums)
    if targets.is_floating_point():
        losses = sums.log().squeeze(-1) - (targets * shifted).sum(-1)
        return losses, probabilities.sub_(targets)
    classes = targets.unsqueeze(-1)
    losses = (sums.log_() - shifted.gather(-1, classes)).squeeze(-1)
    minus_one = torch.full_like(losses, -1).unsqueeze(-1)
    return losses, probabilities.scatter_add_(-1, classes, minus_one)


def token_cross_entropy(logits: Tensor, targets: Tensor, seeds: int) -> tuple[Tensor, Tensor]:
    """Cross-entropy `[S*B, T]` of `logits` `[S*B, T, C]`, and the gradient of each seed's mean.

    `targets` `[S*B, T]` are classes or NO_TARGET, which counts nowhere: its loss and its gradient
    are 0, and a seed's mean is over its other places. Seeds lie in blocks.
    """
    counted = targets >= 0
    losses, gradient = cross_entropy(logits, targets.clamp(min=0))
    # Not products with the mask: padding may hold anything, and 0 times infinity is no number.
    losses = losses.masked_fill(~counted, 0)
    gradient = gradient.masked_fill_(~counted.unsqueeze(-1), 0)
    means = counted.view(seeds, -1).sum(1).clamp(min=1).view(seeds, 1)
    return losses, gradient.view(seeds, -1).div_(means).view(logits.shape)


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
