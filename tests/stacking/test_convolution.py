"""Stacked convolutions against torch's own, seed by seed."""

from __future__ import annotations

import math
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from regscope.base.files import write_text
from regscope.datasets import Dataset
from regscope.evaluation import evaluate_cell
from regscope.stacking import winograd
from regscope.stacking.convolution import StackedConv2d
from regscope.stacking.stack import stack
from regscope.study.networks import MODEL_FILE
from regscope.study.params import Study
from regscope.tasks import TASKS
from regscope.training import history
from tests import tiny

OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "without bias": {"bias": False},
    "one input channel": {"in_channels": 1},
    "1x1": {"kernel_size": 1},
    "not square": {"kernel_size": (2, 3), "stride": (2, 1), "padding": (1, 2)},
    "stride": {"stride": 2},
    "padding": {"padding": 1},
    "padding one way": {"padding": (0, 2)},
    "valid": {"padding": "valid"},
    "same": {"padding": "same"},
    "same, more on one side": {"kernel_size": (2, 4), "padding": "same"},
    "same, dilated": {"padding": "same", "dilation": (1, 2)},
    "dilation": {"dilation": 2},
    "groups": {"groups": 2},
    "depthwise": {"out_channels": 8, "groups": 4},
    "reflect": {"padding": 2, "padding_mode": "reflect"},
    "replicate": {"padding": (1, 2), "padding_mode": "replicate"},
    "circular": {"padding": (2, 1), "padding_mode": "circular"},
    "same, circular": {"kernel_size": 4, "padding": "same", "padding_mode": "circular"},
}


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def layers(count: int, **options: Any) -> list[nn.Conv2d]:
    """Convolutions of 4 to 6 channels with kernels of 3x3, if not otherwise."""
    return [
        nn.Conv2d(**{"in_channels": 4, "out_channels": 6, "kernel_size": 3, **options})
        for _ in range(count)
    ]


def rounding(terms: int) -> float:
    """Of a sum of `terms` numbers with random signs, in float32, relative to sums of that length.

    Half an epsilon a term, which add up as a random walk does.
    """
    return 2**-24 * math.sqrt(terms)


def assert_near(found: Tensor, expected: Tensor, terms: int) -> None:
    """To four times the rounding of such sums, relative to the largest, not number by number."""
    assert found.shape == expected.shape
    assert (found.dtype, expected.dtype) == (torch.float32, torch.float64)
    found, expected = found.detach(), expected.detach()
    assert float((found - expected).abs().max()) < 4 * rounding(terms) * float(expected.abs().max())


def check(plain: list[nn.Conv2d], inputs: Tensor) -> None:
    """Outputs and all gradients of the stack are those of the plain layers in float64."""
    stacked = StackedConv2d(plain)
    together = inputs.clone().requires_grad_()
    outputs = stacked(together)
    weighting = draw(*outputs.shape, seed=1)
    (outputs * weighting).sum().backward()
    assert together.grad is not None
    seeds = len(plain)
    for seed, layer in enumerate(deepcopy(plain)):
        weight = layer.double().weight
        mine = inputs.chunk(seeds)[seed].double().requires_grad_()
        expected = layer(mine)
        (expected * weighting.chunk(seeds)[seed]).sum().backward()
        assert mine.grad is not None
        assert_near(outputs.chunk(seeds)[seed], expected, weight[0].numel())
        by_input = weight.numel() // layer.in_channels
        assert_near(together.grad.chunk(seeds)[seed], mine.grad, by_input)
        for name, parameter in layer.named_parameters():
            found = stacked.get_parameter(name).grad
            assert found is not None
            assert parameter.grad is not None
            assert_near(found[seed], parameter.grad, expected[:, 0].numel())


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("options", OPTIONS)
def test_every_option_is_the_plain_layers(options: str, seeds: int) -> None:
    plain = layers(seeds, **OPTIONS[options])
    check(plain, draw(seeds * 5, plain[0].in_channels, 9, 8))


@pytest.mark.parametrize("size", [(12, 12), (13, 13), (8, 11)])
@pytest.mark.parametrize("bias", [True, False])
def test_winograds_way_is_the_plain_layers(size: tuple[int, int], bias: bool) -> None:
    """Also where the outputs do not fill whole tiles."""
    plain = layers(2, in_channels=64, out_channels=96, bias=bias)
    inputs = draw(2 * 90, 64, *size)
    assert winograd.pays(inputs.chunk(2)[0], plain[0].weight)
    check(plain, inputs)


def errors(inputs: Tensor, weight: Tensor, direct: bool) -> list[float]:
    """Root mean square errors against float64, relative to the values: output, both gradients."""
    wanted = functional.conv2d(inputs.double(), weight.double())
    gradient = draw(*wanted.shape, seed=2)
    backward = torch.ops.aten.convolution_backward
    rest = (None, (1, 1), (0, 0), (1, 1), False, (0, 0), 1, (True, True, False))
    expected = [wanted, *backward(gradient.double(), inputs.double(), weight.double(), *rest)[:2]]
    if direct:
        found = [functional.conv2d(inputs, weight), *backward(gradient, inputs, weight, *rest)[:2]]
    else:
        outputs, *kept = winograd.convolve(inputs, weight, None)
        found = [outputs, *winograd.gradients(gradient, kept[0], kept[1], True)]
    return [
        float((mine - right).square().mean().sqrt() / right.square().mean().sqrt())
        for mine, right in zip(found, expected, strict=True)
    ]


@pytest.mark.parametrize("direct", [True, False])
def test_winograds_rounding_is_that_of_float32(direct: bool) -> None:
    """As that of the direct sum is; TF32's factors would be off a hundred times as far."""
    inputs, weight = draw(64, 128, 12, 12), draw(96, 128, 3, 3, seed=1) / 34
    summed = [128 * 9, 96 * 9, 64 * 10 * 10]
    for error, terms in zip(errors(inputs, weight, direct), summed, strict=True):
        assert error < rounding(terms)


def test_winograds_way_is_not_taken_where_it_does_not_apply() -> None:
    inputs, weight = draw(64, 64, 12, 12), draw(64, 64, 3, 3)
    assert winograd.pays(inputs, weight)
    assert not winograd.pays(inputs.bfloat16(), weight.bfloat16())
    assert not winograd.pays(inputs.double(), weight.double())
    assert not winograd.pays(inputs, draw(64, 64, 5, 5))
    assert not winograd.pays(inputs[:, :32], weight[:, :32])
    assert not winograd.pays(inputs[:4], weight)


@pytest.mark.parametrize("options", [{"stride": 2}, {"dilation": 2}, {"groups": 2}, {"padding": 1}])
def test_many_channels_with_other_options(options: dict[str, Any]) -> None:
    """Channels and pictures enough for Winograd's way, which must not be taken."""
    plain = layers(1, in_channels=128, out_channels=128, **options)
    check(plain, draw(64, 128, 12, 12))


def test_a_seed_does_not_depend_on_its_neighbours() -> None:
    for channels in (4, 64):
        plain = layers(4, in_channels=channels, out_channels=64)
        inputs = draw(4 * 64, channels, 12, 12)
        together = StackedConv2d(plain)
        outputs = together(inputs)
        outputs.square().sum().backward()
        alone = StackedConv2d([plain[2]])
        mine = alone(inputs.chunk(4)[2])
        mine.square().sum().backward()
        assert torch.equal(outputs.chunk(4)[2], mine)
        for name in ("weight", "bias"):
            found, expected = (layer.get_parameter(name).grad for layer in (together, alone))
            assert found is not None
            assert expected is not None
            assert torch.equal(found[2], expected[0])


def test_written_gradients_are_the_numerical_ones() -> None:
    stacked = StackedConv2d([layer.double() for layer in layers(2, in_channels=2, out_channels=2)])
    inputs = draw(2 * 2, 2, 4, 4).double().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda given, *_: stacked(given), (inputs, stacked.weight, stacked.bias)
    )


def test_inputs_that_need_no_gradient_get_none() -> None:
    for channels in (4, 64):
        inputs = draw(64, channels, 12, 12)
        stacked = StackedConv2d(layers(1, in_channels=channels, out_channels=64))
        stacked(inputs).sum().backward()
        assert inputs.grad is None
        assert stacked.weight.grad is not None


def test_under_autocast_it_computes_in_bfloat16_and_keeps_float32_weights() -> None:
    plain = layers(2)
    stacked = StackedConv2d(plain)
    inputs = draw(2 * 5, 4, 9, 8).requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        outputs = stacked(inputs)
        expected = [layer(mine) for layer, mine in zip(plain, inputs.chunk(2), strict=True)]
    assert outputs.dtype == torch.bfloat16
    # Without bfloat16 instructions the order of torch's own sums depends on where memory lies: an
    # output may be rounded to its neighbour in bfloat16, and to no other.
    torch.testing.assert_close(outputs, torch.cat(expected), rtol=2**-7, atol=1e-6)
    outputs.sum().backward()
    assert stacked.weight.grad is not None
    assert stacked.weight.grad.dtype == torch.float32
    assert inputs.grad is not None
    assert inputs.grad.dtype == torch.float32


def test_activations_stay_channels_last_from_layer_to_layer() -> None:
    """A layout that changes between layers costs a copy of every activation."""
    network = nn.Sequential(nn.Conv2d(1, 64, 3), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(64, 64, 3))
    inputs = draw(64, 1, 26, 26)
    stacked = stack([network], [0], inputs[:4])
    found = []
    for module in stacked.children():
        inputs = module(inputs)
        found.append(inputs.is_contiguous(memory_format=torch.channels_last))
    assert found == [True] * 4


class Viewed(nn.Module):
    """Activations with their channels last have no such view."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 3, 3)
        self.output = nn.Linear(3 * 16, 2)

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.output(self.first(inputs).view(len(inputs), -1))
        return outputs


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_forward_that_cannot_read_channels_last_gets_another_layout(seeds: int) -> None:
    plain = [Viewed() for _ in range(seeds)]
    inputs = draw(seeds * 5, 1, 6, 6)
    stacked = stack(plain, range(seeds), inputs[:4]).train()
    stacked(inputs).square().sum().backward()
    for seed, module in enumerate(plain):
        module(inputs.chunk(seeds)[seed]).square().sum().backward()
        for name, parameter in module.named_parameters():
            found = stacked.get_parameter(name).grad
            assert found is not None
            torch.testing.assert_close(found[seed], parameter.grad)


class Branches(nn.Module):
    """A user's own forward: a skip connection, concatenation, functional pooling and a mean."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding="same")
        self.second = nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular", bias=False)
        self.third = nn.Conv2d(8, 6, (3, 1), stride=2, groups=2)
        self.output = nn.Linear(6, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = self.first(inputs).relu()
        hidden = torch.cat([hidden, hidden + self.second(hidden)], 1)
        hidden = self.third(functional.avg_pool2d(hidden, 2)).tanh()
        outputs: Tensor = self.output(hidden.mean((2, 3)))
        return outputs


def test_a_users_own_forward_runs_untouched() -> None:
    plain = [Branches() for _ in range(3)]
    inputs = draw(3 * 5, 1, 12, 12)
    stacked = stack(plain, [0, 1, 2], inputs[:4]).train()
    outputs = stacked(inputs)
    outputs.square().sum().backward()
    for seed, module in enumerate(plain):
        expected = module(inputs.chunk(3)[seed])
        expected.square().sum().backward()
        torch.testing.assert_close(outputs.chunk(3)[seed], expected)
        for name, parameter in module.named_parameters():
            found = stacked.get_parameter(name).grad
            assert found is not None
            torch.testing.assert_close(found[seed], parameter.grad, rtol=1e-4, atol=1e-5)


CELLS: dict[str, dict[str, Any]] = {
    "none": {},
    "dropout": {"l2": {"strength": 0.01, "layers": ["conv1"]}, "dropout": 0.2},
    "batch_norm": {"batch_norm": True},
}


def study(cell: str, precision: str = "float32", optimizer: str = "adam") -> Study:
    """Pictures of 8x8, with pooling, dropout and normalization between convolutions."""
    training = {"precision": precision}
    tried = tiny.study(None, optimizer, training=training).model_dump(
        mode="json", exclude_none=True
    )
    model = {"kind": "cnn", "filters": [8, 8], "pooled": ["conv1"], "dense": [8]}
    changed = {
        "model": model,
        "regularizers": {"none": {}, "tested": CELLS[cell]},
        # Nothing that is measured on these alone is compared here.
        "evaluation": {"training_loss": 0.5, "examples": 20},
    }
    return Study.model_validate(tried | changed)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("cell", ["none", "dropout"])
def test_a_trained_seed_does_not_depend_on_its_neighbours(
    cell: str, precision: str, digits: Dataset
) -> None:
    together = tiny.trained(study(cell, precision), digits, [0, 1, 2]).model.state_dict()
    for seeds in ([1], [2, 0]):
        alone = tiny.trained(study(cell, precision), digits, seeds).model.state_dict()
        expected = {name: tensor[seeds] for name, tensor in together.items()}
        assert tiny.differences(alone, expected) == {}


def test_with_batch_norm_it_does_not_to_rounding(digits: Dataset) -> None:
    """torch treats the last channels of a stack that do not fill a vector apart."""
    tried = study("batch_norm", optimizer="nesterov")
    with tiny.in_float64():
        together = tiny.trained(tried, digits, [0, 1, 2]).model.state_dict()
        alone = tiny.trained(tried, digits, [1]).model.state_dict()
    expected = {name: tensor[[1]] for name, tensor in together.items()}
    found = tiny.differences(alone, expected)
    assert all(value < tiny.rounding(steps=12) for value in found.values())


@pytest.mark.parametrize("cell", CELLS)
def test_a_trained_stack_is_evaluated_as_plain_networks(
    cell: str, digits: Dataset, tmp_path: Path
) -> None:
    trained = tiny.trained(study(cell), digits, [0, 1, 2])
    state = {name: tensor.contiguous() for name, tensor in trained.model.state_dict().items()}
    save_file(state, tmp_path / MODEL_FILE)
    write_text(
        tmp_path / "history.csv",
        history.to_csv(TASKS["classification"].history, [0, 1, 2], trained.history.numpy()),
    )
    evaluation = evaluate_cell(study(cell), "tested", tmp_path, digits)
    loss, accuracy = trained.history[3:, :, -1]
    for seed, measures in enumerate(evaluation.measures):
        assert measures["test_loss"] == pytest.approx(float(loss[seed]), rel=1e-4)
        assert measures["test_accuracy"] == pytest.approx(float(accuracy[seed]))
    assert {row["layer"] for row in evaluation.layers} == {"conv1", "conv2", "dense1", "output"}
