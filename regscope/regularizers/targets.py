"""Targets as rows of probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def rows(targets: Tensor, classes: int) -> Tensor:
    """Targets as probabilities `[..., C]`: what are classes `[...]` become 1 in their place.

    Of NO_TARGET, which counts nowhere, a row of 0.
    """
    import torch

    if targets.is_floating_point():
        return targets

    found = torch.zeros(*targets.shape, classes, device=targets.device)
    there = (targets >= 0).unsqueeze(-1).to(found.dtype)
    return found.scatter_(-1, targets.clamp(min=0).unsqueeze(-1), there)
