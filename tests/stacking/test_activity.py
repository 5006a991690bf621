"""A penalty on activations: what it adds to gradients, and that it leaves all else alone."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from regscope.models.dense.activity import ActivityL1
from regscope.stacking.activity import StackedActivityL1
from regscope.stacking.stack import stack, streams_of


def stacked(*strengths: float) -> StackedActivityL1:
    return StackedActivityL1([ActivityL1(one) for one in strengths], torch.device("cpu"))


def gradient(layer: nn.Module, activations: Tensor, of_outputs: Tensor) -> Tensor:
    leaf = activations.clone().requires_grad_()
    outputs = layer(leaf)
    assert outputs.equal(activations)
    torch.autograd.backward(outputs, of_outputs)
    assert leaf.grad is not None
    return leaf.grad


def test_the_term_of_each_seed_by_hand() -> None:
    """Two seeds of two examples each: 0.5 / 2 and 3 / 2 in the direction of what is on."""
    activations = torch.tensor([[1.0, 0], [-2, 3], [5, 0], [0, -1]])
    found = gradient(stacked(0.5, 3.0), activations, torch.full((4, 2), 10.0))
    assert found.tolist() == [[10.25, 10], [9.75, 10.25], [11.5, 10], [10, 8.5]]


def test_it_is_the_gradient_of_kerass_term() -> None:
    generator = torch.Generator().manual_seed(2)
    maps = torch.randn(2 * 3, 2, 4, 4, generator=generator, dtype=torch.float64)
    maps = maps.to(memory_format=torch.channels_last)
    of_outputs = torch.randn(maps.shape, generator=generator, dtype=torch.float64)
    found = gradient(stacked(0.7, 0.1), maps, of_outputs)
    leaf = maps.clone().requires_grad_()
    first, second = leaf.chunk(2)
    term = 0.7 * first.abs().sum() / 3 + 0.1 * second.abs().sum() / 3
    torch.autograd.backward((leaf * of_outputs).sum() + term)
    assert leaf.grad is not None
    torch.testing.assert_close(found, leaf.grad)
    plain = gradient(ActivityL1(0.7), maps[:3], of_outputs[:3])
    torch.testing.assert_close(plain, found[:3])


def test_nothing_is_added_in_evaluation_and_nothing_drawn() -> None:
    activations, ones = torch.tensor([[1.0, -1.0]]), torch.ones(1, 2)
    for layer in (stacked(0.5), ActivityL1(0.5)):
        assert gradient(layer.eval(), activations, ones).equal(ones)
    networks = [nn.Sequential(nn.Linear(2, 3), ActivityL1(0.4)) for _ in range(2)]
    made = stack(networks, [0, 3], torch.ones(2, 2))
    assert isinstance(made.get_submodule("1"), StackedActivityL1)
    assert streams_of(made) == []


def test_what_follows_may_change_its_outputs_in_place() -> None:
    leaf = torch.tensor([[1.0, -1.0]], requires_grad=True)
    torch.autograd.backward(nn.functional.relu(stacked(0.5)(leaf), inplace=True).sum())
    assert leaf.grad is not None
    assert leaf.grad.tolist() == [[1.5, -0.5]]
