"""A class for every word of a sentence; what padding holds counts nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from regscope.tasks.base import ClassWeights, Objective, TaskName
from regscope.tasks.classification import Classification, OfClasses, cross_entropy

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from regscope.datasets import Dataset, Split


def token_cross_entropy(
    logits: Tensor, targets: Tensor, seeds: int, labels: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Cross-entropy `[S*B, T]` of `logits` `[S*B, T, C]`, and the gradient of each seed's mean.

    `targets` `[S*B, T]` are classes or NO_TARGET, which counts nowhere: its loss and its gradient
    are 0, and a seed's mean is over its other places. Seeds lie in blocks. Where `labels` are
    given, such classes, the losses are on these; `targets` may be probabilities `[S*B, T, C]` then.
    """
    known = targets if labels is None else labels
    counted = known >= 0
    soft = targets.is_floating_point()
    losses, gradient = cross_entropy(logits, targets if soft else targets.clamp(min=0))
    if known is not targets:
        losses, _ = cross_entropy(logits, known.clamp(min=0))
    # Not products with the mask: padding may hold anything, and 0 times infinity is no number.
    losses = losses.masked_fill(~counted, 0)
    gradient = gradient.masked_fill_(~counted.unsqueeze(-1), 0)
    means = _counts(counted, seeds)
    return losses, gradient.view(seeds, -1).div_(means).view(logits.shape)


def _counts(counted: Tensor, seeds: int) -> Tensor:
    """How many of a seed's places count, `[S, 1]`, and 1 where none does."""
    return counted.view(seeds, -1).sum(1).clamp(min=1).view(seeds, 1)


class OfTags(OfClasses):
    """All means are over words."""

    def loss(self, logits: Tensor, targets: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        return token_cross_entropy(logits, targets, self.seeds, labels)

    def shares(self, labels: Tensor) -> Tensor:
        counted = labels >= 0
        by_seed = counted.view(self.seeds, -1) / _counts(counted, self.seeds)
        return by_seed.view(labels.shape)

    def counted(self, targets: Tensor, indices: Tensor) -> Tensor:
        return (targets[indices % len(targets)] >= 0).flatten(1).sum(1)


class Tagging(Classification):
    name: ClassVar[TaskName] = "tagging"

    def objective(
        self,
        dataset: Dataset,
        splits: Sequence[Split],
        device: torch.device,
        class_weights: ClassWeights = None,
    ) -> Objective:
        del dataset, device, class_weights
        return OfTags(len(splits))
