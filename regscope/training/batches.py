"""Batches for a stack: every seed reads its own examples, seeds folded into the batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from regscope.randomness import torch_stream


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


def orders(seeds: Sequence[int], epoch: int, size: int) -> Tensor:
    """`[S, size]`: the order in which each seed sees its examples in an epoch."""
    generators = (torch_stream(seed, "order", epoch) for seed in seeds)
    return torch.stack([torch.randperm(size, generator=generator) for generator in generators])


def batches(order: Tensor, size: int) -> Iterator[Tensor]:
    """Go through `order` `[S, n]` in batches `[S, size]`; the last may be smaller."""
    return iter(torch.split(order, size, dim=1))
