"""The networks that other ways train: the same start and the same penalties as here."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from bench import jobs
from bench.ways import networks

MODEL = {"kind": "mlp", "hidden": [128, 64]}


def test_dense_layers_start_from_glorot() -> None:
    torch.manual_seed(0)
    layers = [layer for layer in networks.network(MODEL, {}) if isinstance(layer, nn.Linear)]
    assert [tuple(layer.weight.shape) for layer in layers] == [(128, 784), (64, 128), (10, 64)]
    for layer in layers:
        bound = math.sqrt(6 / sum(layer.weight.shape))
        assert 0.95 * bound < float(layer.weight.detach().abs().max()) <= bound
        assert not layer.bias.any()


def test_dropout_follows_every_hidden_activation() -> None:
    names = [type(layer).__name__ for layer in networks.network(MODEL, {"dropout": 0.5})]
    hidden = ["Linear", "ReLU", "Dropout"]
    assert names == ["Flatten", *hidden, *hidden, "Linear"]


def test_penalties_are_those_of_keras_on_weight_matrices() -> None:
    layer = nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[3.0, -4.0]]))
        layer.bias.fill_(100)
    assert float(_term(layer, {"l1": 0.1})) == pytest.approx(0.7)
    assert float(_term(layer, {"l2": 0.1})) == pytest.approx(2.5)
    assert float(_term(layer, {"l1": 0.1, "l2": 0.1})) == pytest.approx(3.2)
    assert networks.penalty(layer, {"dropout": 0.5}) is None


def _term(layer: nn.Module, methods: dict[str, float]) -> torch.Tensor:
    term = networks.penalty(layer, methods)
    assert term is not None
    return term.detach()


def test_the_convolutional_network_is_the_one_of_the_study() -> None:
    job = jobs.fashion()
    plain = job.study.model.build((1, 28, 28), 10)
    found = networks.network(job.block["model"], {})
    found.load_state_dict(dict(zip(found.state_dict(), plain.state_dict().values(), strict=True)))
    inputs = torch.rand(3, 1, 28, 28)
    assert torch.allclose(found(inputs), plain(inputs), rtol=1e-4, atol=1e-5)
