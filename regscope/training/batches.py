"""Batches for a stack: every seed reads its own examples, seeds folded into the batch."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor


class Examples:
    """All inputs `[N, ...]`, scaled when read, and targets `[N]` of a data set."""

    def __init__(self, inputs: Tensor, targets: Tensor, scale: float) -> None:
        self.inputs = inputs
        self.targets = targets
        self.scale = scale

    def gather(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs `[S*B, ...]` as float32 and targets `[S*B]` of `indices` `[S, B]`."""
        flat = indices.reshape(-1)
        inputs = self.inputs.index_select(0, flat).float()
        if self.scale != 1:
            inputs.mul_(self.scale)
        return inputs, self.targets.index_select(0, flat)

    def batches(self, order: Tensor, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Go through `order` `[S, n]` in batches of `size` a seed; the last may be smaller."""
        for indices in torch.split(order, size, dim=1):
            yield self.gather(indices)
