"""The module of Gaussian dropout (Srivastava et al. 2014, section 10)."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.modules.dropout import _DropoutNd


class GaussianDropout(_DropoutNd):
    """Every number times one drawn from N(1, p / (1 - p)) while training, as it is in evaluation.

    The variance is that of inverted dropout's factors at rate `p`; Keras's layer of this name.
    """

    @property
    def variance(self) -> float:
        """Of the factors."""
        return self.p / (1 - self.p)

    def forward(self, inputs: Tensor) -> Tensor:
        if not self.training or not self.p:
            return inputs
        return inputs * torch.randn_like(inputs).mul_(math.sqrt(self.variance)).add_(1)
