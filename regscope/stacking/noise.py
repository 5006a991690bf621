"""Factors of activations while training, which most draw: every seed from a stream of its own."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from regscope.models.dense.gaussian_dropout import GaussianDropout
from regscope.models.dense.max_dropout import MaxDropout, left_on
from regscope.stacking.streams import Streams


class StackedNoise(nn.Module, ABC):
    """Activations `[S*B, ...]` times factors, in evaluation as they are.

    A seed's factors do not depend on its neighbours.
    """

    def __init__(self, streams: Streams) -> None:
        super().__init__()
        self.streams = streams

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs * self.factors(inputs) if self.training else inputs

    @abstractmethod
    def factors(self, inputs: Tensor) -> Tensor:
        """The next ones, of the shape of `inputs`; where they are drawn their expectation is 1."""


class StackedDropout(StackedNoise):
    """Masks from 16 random bits a unit: rates are multiples of 1/65536, the expectation exact.

    A factor is 0, or what keeps the expectation. In bfloat16 it is rounded: of rate 0.25 it is
    1.3359, which raises the mean by 0.2 %.
    """

    def __init__(self, layers: Sequence[nn.Dropout | nn.Dropout2d], streams: Streams) -> None:
        super().__init__(streams)
        dropped = [min(round(layer.p * 65536), 65535) for layer in layers]
        self.dropped: Tensor | int = dropped[0]
        self.factor: Tensor | float = 65536 / (65536 - dropped[0])
        if len(set(dropped)) > 1:
            self.dropped = torch.tensor(dropped, device=streams.device).unsqueeze(1)
            self.factor = (65536 / (65536 - self.dropped.double())).float()

    def factors(self, inputs: Tensor) -> Tensor:
        bits = self.streams.bits(inputs.numel() // self.streams.count)
        mask = torch.empty_like(inputs)
        if isinstance(self.dropped, Tensor):
            own = torch.ge(bits, self.dropped - 32768).to(mask.dtype).mul_(self.factor)
            return mask.copy_(own.view(inputs.shape))
        torch.ge(bits.reshape(inputs.shape), self.dropped - 32768, out=mask)
        return mask.mul_(self.factor)


class StackedChannelDropout(StackedDropout):
    """Whole channels of `[S*B, C, ...]` are dropped (Tompson et al. 2015), with such masks."""

    def forward(self, inputs: Tensor) -> Tensor:
        if not self.training:
            return inputs
        channels = inputs.new_empty(*inputs.shape[:2], *[1] * (inputs.dim() - 2))
        return inputs * self.factors(channels)


class StackedStochasticDepth(StackedDropout):
    """Whole examples are left out of a residual branch (Huang et al. 2016), with such masks."""

    def __init__(self, layers: Sequence[Any], streams: Streams) -> None:
        super().__init__(layers, streams)
        if layers[0].mode != "row":
            raise ValueError(f"stochastic depth of mode {layers[0].mode} cannot be stacked")

    def forward(self, inputs: Tensor) -> Tensor:
        if not self.training or (isinstance(self.dropped, int) and not self.dropped):
            return inputs
        examples = inputs.new_empty(len(inputs), *[1] * (inputs.dim() - 1))
        return inputs * self.factors(examples)


class StackedGaussianDropout(StackedNoise):
    """Factors from N(1, rate / (1 - rate)), by Box and Muller from 24 random bits a number."""

    def __init__(self, layers: Sequence[GaussianDropout], streams: Streams) -> None:
        super().__init__(streams)
        deviations = torch.tensor([math.sqrt(layer.variance) for layer in layers])
        self.deviations = deviations.to(streams.device).unsqueeze(1)

    def factors(self, inputs: Tensor) -> Tensor:
        drawn = self.streams.normal(inputs.numel() // self.streams.count)
        factors = drawn.mul_(self.deviations).add_(1)
        # Of the inputs' type and layout in memory.
        return torch.empty_like(inputs).copy_(factors.reshape(inputs.shape))


class StackedMaxDropout(StackedNoise):
    """0 of the most active: of a seed's activations over the batch, those high in their range."""

    def __init__(self, layers: Sequence[MaxDropout], streams: Streams) -> None:
        super().__init__(streams)
        heights = torch.tensor([1 - layer.p for layer in layers])
        self.heights = heights.to(streams.device).unsqueeze(1)

    def factors(self, inputs: Tensor) -> Tensor:
        activations = inputs.detach().reshape(self.streams.count, -1)
        factors = left_on(activations, self.heights)
        # Of the inputs' layout in memory.
        return torch.empty_like(inputs).copy_(factors.reshape(inputs.shape))
