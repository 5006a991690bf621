from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from regscope.models.glorot import glorot_uniform_
from regscope.models.initialization import initialized
from regscope.models.mlp import MLP
from tests import tiny
from tests.regularizers.settings import CELLS

SETTINGS = MLP(hidden=(128, 64))


def test_glorot_uniform_fills_its_interval_and_zeroes_biases() -> None:
    for name, tensor in initialized(SETTINGS, (1, 28, 28), 10, 0).state_dict().items():
        if name.endswith("bias"):
            assert not tensor.any()
        else:
            bound = math.sqrt(6 / sum(tensor.shape))
            assert 0.98 * bound < float(tensor.abs().max()) <= bound
            assert float(tensor.std()) == pytest.approx(bound / math.sqrt(3), rel=0.05)
            assert abs(float(tensor.mean())) < 5 * bound / math.sqrt(3 * tensor.numel())


def test_torchs_initialization_is_what_torchs_layers_do() -> None:
    settings = MLP(hidden=(128, 64), initialization="torch")
    for name, tensor in initialized(settings, (1, 28, 28), 10, 0).state_dict().items():
        fan_in = {"hidden1": 784, "hidden2": 128, "output": 64}[name.split(".")[0]]
        bound = 1 / math.sqrt(fan_in)
        assert 0.5 * bound < float(tensor.abs().max()) <= bound


@pytest.mark.parametrize("initialization", ["glorot_uniform", "torch"])
def test_a_seed_has_the_same_weights_every_time(initialization: str) -> None:
    settings = MLP.model_validate({"hidden": [6], "initialization": initialization})
    torch.manual_seed(1)
    first = initialized(settings, (4,), 3, 5).state_dict()
    torch.manual_seed(2)
    again = initialized(settings, (4,), 3, 5).state_dict()
    other = initialized(settings, (4,), 3, 6).state_dict()
    assert tiny.differences(again, first) == {}
    assert not torch.equal(other["hidden1.weight"], first["hidden1.weight"])


def test_the_global_generator_is_left_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    initialized(SETTINGS, (1, 28, 28), 10, 0)
    assert torch.equal(torch.rand(2), expected)


@pytest.mark.parametrize("cell", CELLS)
def test_a_seed_starts_from_the_same_weights_in_every_cell(cell: str) -> None:
    """What makes the comparisons paired."""
    study = tiny.study(CELLS[cell])
    plain = initialized(study.model, (1, 8, 8), 10, 3).state_dict()
    network = initialized(study.model, (1, 8, 8), 10, 3)
    for method in study.cells["tested"].methods():
        method.insert(network)
    state = network.state_dict()
    assert tiny.differences({name: state[name] for name in plain}, plain) == {}


def test_normalization_layers_keep_their_ones_and_zeros() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    glorot_uniform_(model)
    assert model.get_parameter("1.weight").tolist() == [1] * 4
    # Of a kernel, the fans count its area: 3 * 9 and 4 * 9.
    assert model.get_parameter("0.weight").abs().max().item() <= math.sqrt(6 / (27 + 36))
    assert not model.get_parameter("0.bias").any()
