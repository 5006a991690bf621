"""Random draws of a stack: one stream a seed, for one purpose.

Draws are counted, not carried along: word number i of a stream is a hash of the stream's key and
i (SplitMix64: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"). So
one operation draws for all seeds, a processor and a GPU draw the same bits, and a captured CUDA
graph draws anew with every replay.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from regscope.arithmetic.functions import square_root
from regscope.base.randomness import derive_key

CPU = torch.device("cpu")


def _signed(word: int) -> int:
    return word - 2**64 if word >= 2**63 else word


_GAMMA = _signed(0x9E3779B97F4A7C15)
_MIX_1 = _signed(0xBF58476D1CE4E5B9)
_MIX_2 = _signed(0x94D049BB133111EB)


class Streams:
    """The streams of `seeds` for `purpose`; every epoch begins anew with `start_epoch`."""

    def __init__(self, seeds: Sequence[int], purpose: str, device: torch.device = CPU) -> None:
        self.seeds = tuple(seeds)
        self.purpose = purpose
        self.device = device
        self._keys = torch.empty(len(self.seeds), 1, dtype=torch.int64, device=device)
        self._drawn = torch.zeros((), dtype=torch.int64, device=device)
        self._steps: dict[int, Tensor] = {}
        self.start_epoch(0)

    @property
    def count(self) -> int:
        return len(self.seeds)

    @property
    def position(self) -> Tensor:
        """How many words each stream has given in this epoch, a scalar that draws count up."""
        return self._drawn

    def start_epoch(self, epoch: int) -> None:
        keys = [_signed(derive_key(seed, self.purpose, epoch)) for seed in self.seeds]
        self._keys.copy_(torch.tensor(keys).unsqueeze(1))
        self._drawn.zero_()

    def words(self, size: int) -> Tensor:
        """`[S, size]` of int64, all values alike."""
        if size not in self._steps:
            numbers = torch.arange(1, size + 1, device=self.device)
            self._steps[size] = numbers * _GAMMA
        words = self._keys + (self._steps[size] + self._drawn * _GAMMA)
        self._drawn += size
        return _mixed(words)

    def bits(self, size: int) -> Tensor:
        """`[S, size]` of int16, all 65,536 values alike: four from a word."""
        return self.words(-(-size // 4)).view(torch.int16)[:, :size]

    def uniform(self, *shape: int) -> Tensor:
        """`[S, *shape]`, uniform on [-1, 1) in steps of 2**-23: two from a word."""
        size = math.prod(shape)
        halves = self.words(-(-size // 2)).view(torch.int32)[:, :size]
        # A float32 holds 24 bits; more would round up to 1.
        drawn = (halves >> 8).to(torch.float32) * 2.0**-23
        return drawn.reshape(self.count, *shape)

    def normal(self, *shape: int) -> Tensor:
        """`[S, *shape]`, standard normal (Box and Muller 1958)."""
        size = math.prod(shape)
        pairs = self.uniform(2, -(-size // 2))
        # From [-1, 1) to (0, 1]: the logarithm needs more than 0.
        radius = square_root((pairs[:, 0].neg() * 0.5 + 0.5).log().mul(-2))
        angle = pairs[:, 1] * math.pi
        drawn = torch.cat([radius * angle.cos(), radius * angle.sin()], 1)[:, :size]
        return drawn.reshape(self.count, *shape)


def _mixed(words: Tensor) -> Tensor:
    """SplitMix64's output function, in place; torch's `>>` keeps the sign, hence the masks."""
    shifted = torch.empty_like(words)
    for shift, factor in ((30, _MIX_1), (27, _MIX_2), (31, None)):
        torch.bitwise_right_shift(words, shift, out=shifted)
        words.bitwise_xor_(shifted.bitwise_and_(2 ** (64 - shift) - 1))
        if factor is not None:
            words.mul_(factor)
    return words
