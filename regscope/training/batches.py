"""Batches for a stack: every seed reads its own examples, seeds folded into the batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from regscope.base.randomness import torch_stream
from regscope.datasets.seen import as_seen


class Examples:
    """All inputs `[N, ...]`, scaled when read, and targets `[N]` or `[N, T]` of a data set."""

    def __init__(self, inputs: Tensor, targets: Tensor, scale: float) -> None:
        self.inputs = inputs
        self.targets = targets
        self.scale = scale

    def __len__(self) -> int:
        return len(self.targets)

    def gather(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs `[S*B, ...]` as networks see them and targets `[S*B, ...]` of `indices` `[S, B]`.

        A copy's index is its example's plus the number of examples.
        """
        flat = indices.reshape(-1) % len(self)
        inputs = as_seen(self.inputs.index_select(0, flat), self.scale)
        return inputs, self.targets.index_select(0, flat)

    def told(self, targets: Tensor) -> Examples:
        """The same inputs, with other targets."""
        return Examples(self.inputs, targets, self.scale)

    def copied(self, indices: Tensor) -> Tensor:
        """Which places of `indices` `[S, B]` are copies, `[S*B]`."""
        return indices.reshape(-1) >= len(self)


def with_copies(train: Tensor, copies: int, examples: int) -> Tensor:
    """`[S, copies * n]`: indices `train` `[S, n]` into so many `examples`, then their copies."""
    return torch.cat([train + copy * examples for copy in range(copies)], dim=1)


def orders(seeds: Sequence[int], epoch: int, size: int) -> Tensor:
    """`[S, size]`: the order in which each seed sees its examples in an epoch."""
    generators = (torch_stream(seed, "order", epoch) for seed in seeds)
    return torch.stack([torch.randperm(size, generator=generator) for generator in generators])


def batches(order: Tensor, size: int) -> Iterator[Tensor]:
    """Go through `order` `[S, n]` in batches `[S, size]`; the last may be smaller."""
    return iter(torch.split(order, size, dim=1))
