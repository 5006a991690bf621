"""Stochastic depth in a stack: which examples are left out, and by whose draws."""

from __future__ import annotations

import sys

import pytest
import torch
from torch import Tensor, nn

from regscope.models.convolutional.vision import torchvision
from regscope.models.dense.dropped_branch import DroppedBranch
from regscope.stacking.layers import NAMED_RULES, rule_for
from regscope.stacking.noise import StackedStochasticDepth
from regscope.stacking.stack import stack, streams_of


def depth(rate: float, mode: str = "row") -> nn.Module:
    layer: nn.Module = torchvision().ops.StochasticDepth(rate, mode)
    return layer


def stacked(rate: float, seeds: list[int], mode: str = "row") -> nn.Module:
    networks = [nn.Sequential(depth(rate, mode)) for _ in seeds]
    made = stack(networks, seeds, torch.ones(2, 3, 4, 4)).train()
    for streams in streams_of(made):
        streams.start_epoch(0)
    return made


def factors(rate: float, seeds: list[int], examples: int) -> Tensor:
    """`[S, examples]`, by what an example's values are multiplied."""
    outputs = stacked(rate, seeds)(torch.ones(len(seeds) * examples, 3, 4, 4))
    flat = outputs.flatten(1)
    assert torch.equal(flat, flat[:, :1].expand_as(flat))
    found: Tensor = flat[:, 0].view(len(seeds), examples)
    return found


def test_the_layer_is_known_by_its_name() -> None:
    kind = type(depth(0.1))
    assert list(NAMED_RULES) == [f"{kind.__module__}.{kind.__qualname__}"]
    assert rule_for(depth(0.1)) is not None
    assert rule_for(nn.ReLU()) is None
    assert "torchvision" in sys.modules


def test_examples_are_left_out_at_the_rate_and_the_others_scaled_up() -> None:
    kept = factors(0.25, [0, 1], 20_000)
    assert sorted(set(kept.flatten().tolist())) == [0, pytest.approx(4 / 3)]
    # Four standard deviations of a mean of 20,000.
    spread = 4 * (0.25 * 0.75 / 20_000) ** 0.5
    for seed in kept:
        assert float((seed == 0).float().mean()) == pytest.approx(0.25, abs=spread)
        assert float(seed.mean()) == pytest.approx(1, abs=spread * 4 / 3)


def test_a_seeds_draws_do_not_depend_on_its_neighbours() -> None:
    together = factors(0.5, [4, 9, 2], 64)
    assert torch.equal(together[1], factors(0.5, [9], 64)[0])
    assert torch.equal(together[1], factors(0.5, [9, 4], 64)[0])
    shared = float((together[0] == together[1]).float().mean())
    assert 0.2 < shared < 0.8


def test_nothing_is_left_out_in_evaluation_or_at_rate_0() -> None:
    inputs = torch.randn(6, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(stacked(0.5, [0, 1]).eval()(inputs), inputs)
    assert torch.equal(stacked(0.0, [0, 1])(inputs), inputs)


def test_gradients_are_those_of_what_is_kept() -> None:
    layer = stacked(0.5, [0, 1])
    inputs = torch.ones(40, 3, 4, 4, requires_grad=True)
    outputs = layer(inputs)
    outputs.sum().backward()
    assert inputs.grad is not None
    assert torch.equal(inputs.grad, outputs.detach())
    assert isinstance(layer.get_submodule("0"), StackedStochasticDepth)


def test_leaving_out_whole_batches_is_refused() -> None:
    with pytest.raises(ValueError, match="mode batch cannot be stacked"):
        stacked(0.5, [0, 1], "batch")


def test_the_module_of_our_own_is_torchvisions() -> None:
    branch = torch.randn(64, 3, 4, generator=torch.Generator().manual_seed(0))
    for rate in (0.0, 0.3, 0.9):
        ours, theirs = DroppedBranch(rate), depth(rate)
        for training in (True, False):
            found = []
            for layer in (ours, theirs):
                torch.manual_seed(5)
                found.append(layer.train(training)(branch))
            assert torch.equal(*found)


def test_the_module_of_our_own_is_stacked_alike() -> None:
    branch = torch.randn(2 * 32, 5, generator=torch.Generator().manual_seed(0))
    found = []
    for layers in ([DroppedBranch(0.4), DroppedBranch(0.4)], [depth(0.4), depth(0.4)]):
        networks = [nn.Sequential(layer) for layer in layers]
        network = stack(networks, [0, 3], torch.ones(2, 5)).train()
        for streams in streams_of(network):
            streams.start_epoch(0)
        found.append(network(branch))
    assert torch.equal(*found)
    assert (found[0] == 0).any()
