"""Stored inputs as networks see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def as_seen(stored: Tensor, scale: float) -> Tensor:
    """`[N, ...]`: bytes and numbers as float32 times `scale`; word ids, int32, as they are."""
    import torch

    if stored.dtype == torch.int32:
        return stored
    inputs = stored.float()
    if scale == 1:
        return inputs
    return inputs * scale if inputs is stored else inputs.mul_(scale)
