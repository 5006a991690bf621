"""Stacked max pooling against torch's own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from regscope.stacking.pooling import StackedMaxPool2d, stacked_max_pool


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("size", [2, 3, (2, 3)])
def test_outputs_and_gradients_are_torchs(
    size: int | tuple[int, int], dtype: torch.dtype, layout: torch.memory_format
) -> None:
    """Also of ties, and of rows and columns that fill no whole square."""
    plain = nn.MaxPool2d(size)
    stacked = stacked_max_pool(plain)
    assert isinstance(stacked, StackedMaxPool2d)
    drawn = torch.randn(6, 5, 11, 10, generator=torch.Generator().manual_seed(0))
    inputs = drawn.clamp(min=0).to(dtype).contiguous(memory_format=layout)
    results = []
    for layer in (stacked, plain):
        mine = inputs.clone().requires_grad_()
        outputs = layer(mine)
        outputs.backward(torch.arange(1.0, outputs.numel() + 1, dtype=dtype).view_as(outputs))
        assert mine.grad is not None
        assert mine.grad.is_contiguous(memory_format=layout)
        results.append((outputs, mine.grad))
    assert torch.equal(results[0][0], results[1][0])
    assert torch.equal(results[0][1], results[1][1])


@pytest.mark.parametrize(
    "options",
    [
        {"stride": 1},
        {"stride": 3},
        {"padding": 1},
        {"dilation": 2},
        {"ceil_mode": True},
        {"return_indices": True},
    ],
)
def test_other_poolings_stay_torchs(options: dict[str, Any]) -> None:
    plain = nn.MaxPool2d(2, **options)
    assert stacked_max_pool(plain) is plain
