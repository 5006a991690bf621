"""A gradient's own gradient is torch's or refused: none of its terms is lost without a word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from regscope.stacking.stack import stack

LAYERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "linear": (lambda: nn.Linear(4, 3), (4,)),
    "convolution": (lambda: nn.Conv2d(2, 3, 3), (2, 6, 6)),
    "strided": (lambda: nn.Conv2d(2, 3, 3, stride=2), (2, 6, 6)),
    "pooling": (lambda: nn.MaxPool2d(2), (2, 6, 6)),
    "batch norm": (lambda: nn.BatchNorm1d(4), (4,)),
    "layer norm": (lambda: nn.LayerNorm(4), (4,)),
}


def penalty(network: nn.Module, inputs: Tensor) -> Tensor:
    """The squared gradient of the squared outputs with respect to the inputs, as a penalty on a
    Jacobian has it."""
    (slopes,) = torch.autograd.grad(network(inputs).square().sum(), inputs, create_graph=True)
    return slopes.square().sum()


KEEPING = ("linear", "convolution", "strided", "pooling")
"""Their backward is one of ours, which uses what forward has kept."""


@pytest.mark.parametrize("name", KEEPING)
def test_what_keeps_intermediates_refuses(name: str) -> None:
    make, shape = LAYERS[name]
    stacked = stack([nn.Sequential(make(), nn.Tanh())], (0,), torch.randn(5, *shape))
    found = penalty(stacked, torch.randn(5, *shape, requires_grad=True))
    with pytest.raises(RuntimeError, match="once_differentiable"):
        torch.autograd.backward(found)


@pytest.mark.parametrize("name", [name for name in LAYERS if name not in KEEPING])
def test_all_else_is_torchs(name: str) -> None:
    make, shape = LAYERS[name]
    plain = [nn.Sequential(make(), nn.Tanh()).double() for _ in range(2)]
    inputs = torch.randn(10, *shape, dtype=torch.float64, requires_grad=True)
    alone = [part.detach().requires_grad_() for part in inputs.chunk(2)]
    expected = [
        torch.autograd.grad(penalty(network, own), own)[0]
        for network, own in zip(plain, alone, strict=True)
    ]
    stacked = stack(plain, (0, 1), inputs.detach()).train()
    (found,) = torch.autograd.grad(penalty(stacked, inputs), inputs)
    torch.testing.assert_close(found, torch.cat(expected))
