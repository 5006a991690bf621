"""Penalties on activations in a stack, each seed's with a strength of its own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from regscope.models.dense.activity import ActivityL1, penalized


class StackedActivityL1(nn.Module):
    """`strength * sum(abs(h)) / B` in the objective of every seed, h its part of `[S*B, ...]`."""

    def __init__(self, layers: Sequence[ActivityL1], device: torch.device) -> None:
        super().__init__()
        strengths = [layer.strength for layer in layers]
        self.strengths = torch.tensor(strengths, dtype=torch.float64, device=device)

    def forward(self, inputs: Tensor) -> Tensor:
        return penalized(inputs, self.strengths) if self.training else inputs
