"""The module of MaxDropout (Santos et al. 2020)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.modules.dropout import _DropoutNd


class MaxDropout(_DropoutNd):
    """While training, what lies in the upper part `p` of the range of all that comes in is 0.

    The others stay as they are; in evaluation all do. The authors' module of this name.
    """

    def forward(self, inputs: Tensor) -> Tensor:
        if not self.training or not self.p:
            return inputs
        flat = inputs.detach().flatten().unsqueeze(0)
        return inputs * left_on(flat, 1 - self.p).view_as(inputs)


def left_on(activations: Tensor, height: Tensor | float) -> Tensor:
    """1 of what lies in each row's range `[S, n]` up to `height` of it, else 0.

    `height` is a number, or `[S, 1]`. Where all are equal there is no range, and all are 1.
    """
    low = activations.amin(1, keepdim=True)
    relative = (activations - low) / (activations.amax(1, keepdim=True) - low)
    # What is no number is above nothing.
    return torch.gt(relative, height).logical_not_().to(activations.dtype)
