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


class Loss:
    """Cross-entropy of classes `[S*B]`, seeds in blocks."""

    def __call__(
        self, logits: Tensor, targets: Tensor, labels: Tensor, seeds: int
    ) -> tuple[Tensor, Tensor]:
        """Every example's loss on its label, and the gradient of each seed's mean loss by logits.

        The gradient is of the loss on `targets`, which are the labels or rows of probabilities.
        """
        losses, gradient = cross_entropy(logits, targets)
        if targets is not labels:
            losses, _ = cross_entropy(logits, labels)
        return losses, gradient.div_(len(labels) // seeds)

    def hits(self, logits: Tensor, labels: Tensor) -> Tensor:
        return logits.argmax(-1) == labels

    def shares(self, labels: Tensor, seeds: int) -> Tensor | float:
        """What each loss weighs in its seed's mean."""
        return seeds / len(labels)


class TokenLoss(Loss):
    """Cross-entropy of words' classes `[S*B, T]` or NO_TARGET, which counts nowhere.

    Its loss and its gradient are 0, and a seed's mean is over its other places.
    """

    def __call__(
        self, logits: Tensor, targets: Tensor, labels: Tensor, seeds: int
    ) -> tuple[Tensor, Tensor]:
        counted = labels >= 0
        soft = targets.is_floating_point()
        losses, gradient = cross_entropy(logits, targets if soft else targets.clamp(min=0))
        if soft:
            losses, _ = cross_entropy(logits, labels.clamp(min=0))
        # Not products with the mask: padding may hold anything, and 0 times infinity is no number.
        losses = losses.masked_fill(~counted, 0)
        gradient = gradient.masked_fill_(~counted.unsqueeze(-1), 0)
        means = _counts(labels, seeds)
        return losses, gradient.view(seeds, -1).div_(means).view(logits.shape)

    def shares(self, labels: Tensor, seeds: int) -> Tensor:
        counted = (labels >= 0).view(seeds, -1)
        return (counted / _counts(labels, seeds)).view(labels.shape)


def _counts(labels: Tensor, seeds: int) -> Tensor:
    """How many of a seed's labels count, `[S, 1]`, 1 where none does."""
    return (labels >= 0).view(seeds, -1).sum(1).clamp(min=1).view(seeds, 1)


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
