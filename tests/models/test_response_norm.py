"""Local response normalization against its formula, against torch's and against differences."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from regscope.models.convolutional.response_norm import ResponseNorm, window_sums
from regscope.stacking.stack import stack


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def by_the_formula(inputs: Tensor, radius: int, bias: float, alpha: float, beta: float) -> Tensor:
    outputs = torch.empty_like(inputs)
    channels = inputs.shape[1]
    for example in range(inputs.shape[0]):
        for i in range(channels):
            for row in range(inputs.shape[2]):
                for column in range(inputs.shape[3]):
                    window = range(max(0, i - radius), min(channels - 1, i + radius) + 1)
                    squares = sum(float(inputs[example, j, row, column]) ** 2 for j in window)
                    value = float(inputs[example, i, row, column])
                    outputs[example, i, row, column] = value / (bias + alpha * squares) ** beta
    return outputs


OPTIONS = {
    "the published": (5, 2.0, 1e-4, 0.75),
    "tensorflow's own": (5, 1.0, 1.0, 0.5),
    "another power": (1, 0.5, 0.3, 1.2),
    "no neighbours": (0, 2.0, 0.5, 0.75),
    "more neighbours than channels": (20, 2.0, 0.5, 0.75),
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=list(OPTIONS))
def test_values_are_those_of_the_formula(options: tuple[int, float, float, float]) -> None:
    inputs = 3 * draw(2, 7, 3, 2).double()
    found = ResponseNorm(*options)(inputs)
    torch.testing.assert_close(found, by_the_formula(inputs, *options), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=list(OPTIONS))
def test_the_gradient_is_the_numerical_one(options: tuple[int, float, float, float]) -> None:
    inputs = draw(2, 7, 2, 2).double().requires_grad_()
    assert torch.autograd.gradcheck(ResponseNorm(*options), inputs)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_torchs_takes_a_window_and_divides_alpha_by_it(layout: torch.memory_format) -> None:
    radius, bias, alpha, beta = 5, 2.0, 0.1, 0.75
    size = 2 * radius + 1
    ours = ResponseNorm(radius, bias, alpha, beta)
    torchs = nn.LocalResponseNorm(size, alpha * size, beta, bias)
    weighting = draw(3, 16, 5, 4)
    results = []
    for module in (ours, torchs):
        inputs = (4 * draw(3, 16, 5, 4)).contiguous(memory_format=layout).requires_grad_()
        outputs = module(inputs)
        (outputs * weighting).sum().backward()
        assert inputs.grad is not None
        results.append((outputs, inputs.grad))
    torch.testing.assert_close(results[0], results[1], rtol=1e-5, atol=1e-6)


def test_the_layout_stays() -> None:
    inputs = draw(2, 8, 4, 4).contiguous(memory_format=torch.channels_last).requires_grad_()
    outputs = ResponseNorm(5, 2.0, 1e-4, 0.75)(inputs)
    assert outputs.is_contiguous(memory_format=torch.channels_last)


def test_bfloat16_is_rounded_once_at_the_end() -> None:
    """What comes in float32 of the same inputs, in the nearest bfloat16."""
    module = ResponseNorm(2, 1.0, 0.5, 0.75)
    inputs = (2 * draw(2, 6, 3, 3)).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        found = module(inputs)
    assert found.dtype == torch.bfloat16
    assert torch.equal(found, module(inputs.float()).bfloat16())


def test_window_sums_count_channels_only() -> None:
    values = torch.arange(1.0, 6.0).view(1, 5, 1, 1).repeat(2, 1, 2, 2)
    expected = torch.tensor([3.0, 6.0, 9.0, 12.0, 9.0]).view(1, 5, 1, 1)
    assert torch.equal(window_sums(values, 1), expected.expand(2, 5, 2, 2))


def test_it_stacks_as_it_is() -> None:
    """`stack` itself compares every network with what it computed alone."""
    networks = [
        nn.Sequential(nn.Conv2d(1, 6, 3), ResponseNorm(2, 1.0, 0.5, 0.75), nn.Flatten())
        for _ in range(3)
    ]
    stacked = stack(networks, [0, 1, 2], draw(2, 1, 5, 5))
    assert isinstance(stacked.get_submodule("1"), ResponseNorm)
