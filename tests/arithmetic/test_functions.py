"""Plain modules under portable arithmetic: torch's numbers, in an order of sums of their own."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from regscope.arithmetic import functions, settled
from regscope.arithmetic.functions import portable_functions, rounded_root, square_root
from regscope.arithmetic.products import by_openblas
from regscope.stacking.products import product


@pytest.fixture
def portable(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process computed portably: the functions are the same, their bits need not be."""
    monkeypatch.setattr(settled, "_settled", {"arithmetic": "portable"})


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(40, 30), nn.Tanh(), nn.Linear(30, 5, bias=False))


@pytest.mark.usefixtures("portable")
def test_dense_layers_and_their_gradients_are_torchs() -> None:
    inputs = torch.rand(7, 3, 40, requires_grad=True)
    net = network()
    outputs = net(inputs)
    wanted = torch.autograd.grad(outputs.sin().sum(), [inputs, *net.parameters()])
    with portable_functions():
        found_outputs = net(inputs)
        found = torch.autograd.grad(found_outputs.sin().sum(), [inputs, *net.parameters()])
    # Sums of up to 40 products, or of 21 examples, each rounded to 2**-24 of numbers below 4.
    torch.testing.assert_close(found_outputs, outputs, rtol=0, atol=64 * 2**-22)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=64 * 2**-20)


@pytest.mark.usefixtures("portable")
def test_a_network_computes_through_openblas(monkeypatch: pytest.MonkeyPatch) -> None:
    used = []

    def counting(left: Tensor, right: Tensor, bias: Tensor | None = None) -> Tensor:
        used.append(right.shape)
        return by_openblas(left, right, bias)

    monkeypatch.setattr(functions, "by_openblas", counting)
    with portable_functions():
        network()(torch.rand(2, 40))
    assert len(used) == 2
    network()(torch.rand(2, 40))
    assert len(used) == 2


def test_elsewhere_nothing_changes() -> None:
    inputs, net = torch.rand(9, 40), network()
    with portable_functions():
        assert torch.equal(net(inputs), net(inputs))
        assert not isinstance(net(inputs).grad_fn, torch.autograd.function.BackwardCFunction)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(), (3,), (5, 1001)])
def test_square_roots_are_rounded_once(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    values = torch.rand(shape, dtype=dtype) * 9
    # Of float32 too: float64 has twice its digits and more, so rounding twice is rounding once.
    roots = [math.sqrt(value) for value in values.flatten().tolist()]
    rounded = torch.tensor(roots, dtype=torch.float64).to(dtype).reshape(shape)
    assert rounded_root(values).shape == values.shape
    assert torch.equal(rounded_root(values), rounded)


@pytest.mark.usefixtures("portable")
def test_square_roots_of_measures_are_those() -> None:
    values = torch.rand(1001)
    with portable_functions():
        assert torch.equal(values.sqrt(), rounded_root(values))
        assert torch.equal(torch.sqrt(values), rounded_root(values))
    assert torch.equal(square_root(values), rounded_root(values))


@pytest.mark.usefixtures("portable")
def test_a_root_keeps_its_gradient() -> None:
    values = torch.tensor([4.0, 9.0], requires_grad=True)
    with portable_functions():
        (gradient,) = torch.autograd.grad(values.sqrt().sum(), values)
    assert gradient.tolist() == pytest.approx([1 / 4, 1 / 6], rel=2**-20)


@pytest.mark.usefixtures("portable")
@pytest.mark.parametrize("shape", [(2, 64, 100, 48), (3, 5, 4, 3), (2, 7, 1, 1), (1, 1, 9, 4)])
def test_stacked_products_are_exact_to_rounding(shape: tuple[int, int, int, int]) -> None:
    seeds, rows, inner, columns = shape
    generator = torch.Generator().manual_seed(0)
    left = torch.rand(seeds, rows, inner, generator=generator)
    right = torch.rand(seeds, columns, inner, generator=generator).transpose(1, 2)
    bias = torch.rand(seeds, columns, generator=generator)
    expected = left.double() @ right.double() + bias.double().unsqueeze(1)
    # `inner` products below 1, each sum rounded to at most 2**-24 of `inner`.
    assert (product(left, right, bias) - expected).abs().max() <= 2**-24 * (inner + 1) ** 2
    alone = product(left[-1:].clone(), right[-1:].clone(), bias[-1:].clone())
    assert torch.equal(product(left, right, bias)[-1:], alone)


def test_the_root_of_shapes_without_numbers_is_their_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a survey of memory takes them."""
    monkeypatch.setattr(functions, "is_portable", lambda: True)
    found = square_root(torch.empty(2, 3, device="meta"))
    assert found.is_meta
    assert found.shape == (2, 3)
