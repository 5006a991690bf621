"""Plain modules, stacked: the same outputs and gradients, or a refusal."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from regscope.stacking.convolution import StackedConv2d
from regscope.stacking.layers import LoopedLayer, StackedLinear
from regscope.stacking.stack import stack, stacked_weights, streams_of

SEEDS = [5, 0, 2]


class Residual(nn.Module):
    """Convolutions, normalization, pooling, views, concatenation and a skip connection."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.pool = nn.MaxPool2d(2)
        self.scale = nn.PReLU(8)
        self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(8 * 9, 6), nn.GELU())
        self.output = nn.Linear(6, 3, bias=False)

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = self.norm1(self.conv1(inputs)).relu()
        hidden = hidden + self.conv2(hidden)
        both = torch.cat([self.pool(hidden), functional.avg_pool2d(hidden, 2)], dim=1)
        both = self.scale(both)
        outputs: Tensor = self.output(self.head(both.view(len(both), -1)))
        return outputs


def plain(kind: type[nn.Module], count: int = len(SEEDS)) -> list[nn.Module]:
    modules = []
    for seed in range(count):
        torch.manual_seed(seed)
        modules.append(kind())
    return modules


def images(count: int) -> Tensor:
    return torch.randn(count, 1, 6, 6, generator=torch.Generator().manual_seed(9))


def test_outputs_are_those_of_the_plain_modules() -> None:
    modules = plain(Residual)
    for module in modules:
        # Running statistics that are not the initial ones.
        module(images(32))
    stacked = stack(modules, SEEDS, images(4)).eval()
    inputs = images(3 * 7)
    with torch.no_grad():
        outputs = stacked(inputs).view(3, 7, 3)
        for module, found, mine in zip(modules, outputs, inputs.view(3, 7, 1, 6, 6), strict=True):
            torch.testing.assert_close(found, module.eval()(mine))


def test_gradients_are_those_of_the_plain_modules() -> None:
    modules = plain(Residual)
    for module in modules:
        dropout = module.get_submodule("head.0")
        assert isinstance(dropout, nn.Dropout)
        dropout.p = 0.0
    stacked = stack(modules, SEEDS, images(4)).train()
    inputs = images(3 * 7)
    stacked(inputs).square().sum().backward()
    for seed, (module, mine) in enumerate(zip(modules, inputs.chunk(3), strict=True)):
        module.train()(mine).square().sum().backward()
        for name, parameter in module.named_parameters():
            found = stacked.get_parameter(name).grad
            assert found is not None
            torch.testing.assert_close(found[seed], parameter.grad, rtol=1e-4, atol=1e-5)
        for name, buffer in module.named_buffers():
            torch.testing.assert_close(stacked.get_buffer(name)[seed], buffer)


def test_the_state_has_plain_names_and_a_leading_axis_of_seeds() -> None:
    modules = plain(Residual)
    state = stack(modules, SEEDS, images(4)).state_dict()
    assert list(state) == list(modules[0].state_dict())
    for name, tensor in state.items():
        expected = torch.stack([module.state_dict()[name] for module in modules])
        assert torch.equal(tensor, expected), name


def test_every_seeds_state_reads_back_strictly() -> None:
    modules = plain(Residual)
    state = stack(modules, SEEDS, images(4)).state_dict()
    for seed, module in enumerate(modules):
        fresh = Residual()
        fresh.load_state_dict({name: tensor[seed] for name, tensor in state.items()}, strict=True)
        torch.testing.assert_close(fresh.eval()(images(3)), module.eval()(images(3)))


def test_stacking_leaves_the_plain_modules_and_the_global_generator_alone() -> None:
    modules = plain(Residual)
    before = {name: tensor.clone() for name, tensor in modules[0].state_dict().items()}
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    stack(modules, SEEDS, images(4))
    assert torch.equal(torch.rand(3), expected)
    for name, tensor in modules[0].state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_layers_without_a_rule_are_looped_over() -> None:
    stacked = stack(plain(Residual), SEEDS, images(4))
    assert isinstance(stacked.get_submodule("conv1"), StackedConv2d)
    assert isinstance(stacked.get_submodule("scale"), LoopedLayer)
    assert isinstance(stacked.get_submodule("output"), StackedLinear)


def test_weights_are_matrices_and_kernels() -> None:
    modules = plain(Residual)
    stacked = stack(modules, SEEDS, images(4))
    everything = ["conv1.weight", "conv2.weight", "head.1.weight", "output.weight"]
    assert list(stacked_weights(stacked, modules[0], None)) == everything
    some = stacked_weights(stacked, modules[0], ["conv1", "head"])
    assert list(some) == ["conv1.weight", "head.1.weight"]
    for name, weight in some.items():
        assert weight.shape == (len(SEEDS), *modules[0].get_parameter(name).shape)
    with pytest.raises(ValueError, match=r"^the layer scale has no weights$"):
        stacked_weights(stacked, modules[0], ["conv1", "scale"])


def test_masks_are_drawn_from_streams_of_the_seeds() -> None:
    (streams,) = streams_of(stack(plain(Residual), SEEDS, images(4)))
    assert streams.seeds == tuple(SEEDS)
    assert streams.purpose == "mask/head.0"


def test_one_seed_can_be_a_stack() -> None:
    (module,) = plain(Residual, 1)
    stacked = stack([module], [4], images(4)).eval()
    torch.testing.assert_close(stacked(images(5)), module.eval()(images(5)))


class FunctionalDropout(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.output = nn.Linear(36, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        dropped = functional.dropout(inputs.flatten(1), 0.5, self.training)
        outputs: Tensor = self.output(dropped)
        return outputs


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(36, 36)
        self.second = nn.Linear(36, 36)
        self.second.weight = self.first.weight

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.second(self.first(inputs.flatten(1)))
        return outputs


class Mixing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.output = nn.Linear(36, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        flat = inputs.flatten(1)
        outputs: Tensor = self.output(flat - flat.mean(0))
        return outputs


class OwnParameter(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.output = nn.Linear(36, 3)
        self.shift = nn.Parameter(torch.ones(3))

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.output(inputs.flatten(1)) + self.shift
        return outputs


REFUSED = {
    FunctionalDropout: (
        "the model draws from torch's global generator while training (functional dropout?): use"
        " nn.Dropout modules, whose masks belong to one seed each"
    ),
    Tied: "tied weights cannot be stacked: they would come apart",
    Mixing: (
        "the stacked network computes something else than the plain one: its forward must treat"
        " every example of a batch alike"
    ),
    OwnParameter: "shift cannot be stacked: a module owns it beside its children",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_stacking_would_change_is_refused(kind: type[nn.Module]) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(REFUSED[kind])}$"):
        stack(plain(kind), SEEDS, images(4))
