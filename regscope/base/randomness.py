"""Every random stream of the product comes from here, by name.

A stream belongs to one seed, one purpose and one epoch. So no result depends on which seeds
train beside it, and a run resumed at an epoch needs no saved generator state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    import torch


def derive(seed: int, purpose: str, epoch: int = 0) -> int:
    """A 32-bit seed for one stream (torch's CPU generator ignores the bits above)."""
    return derive_key(seed, purpose, epoch) >> 32


def derive_key(seed: int, purpose: str, epoch: int = 0) -> int:
    """The 64-bit key of one stream, for generators that take so many."""
    digest = hashlib.sha256(f"{seed}/{purpose}/{epoch}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def torch_stream(seed: int, purpose: str, epoch: int = 0) -> torch.Generator:
    import torch

    return torch.Generator().manual_seed(derive(seed, purpose, epoch))


def numpy_stream(seed: int, purpose: str) -> numpy.random.Generator:
    import numpy

    return numpy.random.Generator(numpy.random.PCG64(derive(seed, purpose)))


@contextmanager
def global_torch_stream(seed: int, purpose: str) -> Iterator[None]:
    """Point torch's global generator at one stream, for code that takes no generator."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, purpose))
        yield
