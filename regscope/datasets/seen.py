"""Stored inputs as networks see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def are_words(stored: Tensor) -> bool:
    """Whether these are word ids: nothing else is stored as int32."""
    import torch

    return stored.dtype == torch.int32


def as_seen(stored: Tensor, scale: float) -> Tensor:
    """`[N, ...]`: bytes and numbers as float32 times `scale`; word ids, int32, as they are."""
    if are_words(stored):
        return stored
    inputs = stored.float()
    if scale == 1:
        return inputs
    return inputs * scale if inputs is stored else inputs.mul_(scale)
