"""Random draws of a stack: one stream a seed, for one purpose."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from regscope.randomness import torch_stream


class Streams:
    """The streams of `seeds` for `purpose`; every epoch begins anew with `start_epoch`."""

    def __init__(self, seeds: Sequence[int], purpose: str) -> None:
        self.seeds = tuple(seeds)
        self.purpose = purpose
        self.start_epoch(0)

    @property
    def count(self) -> int:
        return len(self.seeds)

    def start_epoch(self, epoch: int) -> None:
        self._generators = [torch_stream(seed, self.purpose, epoch) for seed in self.seeds]

    def uniform(self, *shape: int) -> Tensor:
        """`[S, *shape]`, uniform on [-1, 1)."""
        drawn = torch.empty(self.count, *shape)
        for row, generator in zip(drawn, self._generators, strict=True):
            row.uniform_(-1, 1, generator=generator)
        return drawn

    def normal(self, *shape: int) -> Tensor:
        """`[S, *shape]`, standard normal."""
        drawn = torch.empty(self.count, *shape)
        for row, generator in zip(drawn, self._generators, strict=True):
            row.normal_(generator=generator)
        return drawn

    def bits(self, size: int) -> Tensor:
        """`[S, size]` of int16, all 65,536 values alike: four from one draw of 64 bits."""
        drawn = torch.empty(self.count, -(-size // 4), dtype=torch.int64)
        for row, generator in zip(drawn, self._generators, strict=True):
            row.random_(-(2**63), None, generator=generator)
        return drawn.view(torch.int16)[:, :size]

    def permutations(self, size: int) -> Tensor:
        """`[S, size]`, one order of the examples a seed."""
        return torch.stack([torch.randperm(size, generator=g) for g in self._generators])
