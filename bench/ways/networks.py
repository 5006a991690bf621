"""The network of a study as tutorials write it: a `torch.nn.Sequential`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def network(model: dict[str, Any], methods: dict[str, float]) -> nn.Sequential:
    """The network of a study's `model` block, logits at its end.

    Of convolutional ones, those with ReLU, no padding and dense layers without activation.

    Glorot's uniform distribution and zero biases, as in Keras and in the studies: torch's own
    initialization costs two points of accuracy after five epochs of MNIST.
    """
    build = {"mlp": _dense, "cnn": _convolutional}[model["kind"]]
    layers = build(model, methods.get("dropout", 0.0))
    for layer in layers:
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


def penalty(model: nn.Module, methods: dict[str, float]) -> Tensor | None:
    """`strength * sum(|w|)` and `strength * sum(w**2)` over weight matrices, for autograd."""
    weights = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    term = None
    if "l1" in methods:
        term = methods["l1"] * torch.stack([weight.abs().sum() for weight in weights]).sum()
    if "l2" in methods:
        squares = methods["l2"] * torch.stack([weight.square().sum() for weight in weights]).sum()
        term = squares if term is None else term + squares
    return term


def optimizer(model: nn.Module, training: dict[str, Any]) -> torch.optim.Optimizer:
    rate = training["learning_rate"]
    if training["optimizer"] == "sgd":
        return torch.optim.SGD(model.parameters(), lr=rate)
    return torch.optim.Adam(model.parameters(), lr=rate, eps=training["epsilon"])


def _dense(model: dict[str, Any], dropout: float) -> list[nn.Module]:
    layers: list[nn.Module] = [nn.Flatten()]
    width = 28 * 28
    for units in model["hidden"]:
        layers += [nn.Linear(width, units), nn.ReLU()]
        if dropout:
            layers.append(nn.Dropout(dropout))
        width = units
    return [*layers, nn.Linear(width, 10)]


def _convolutional(model: dict[str, Any], dropout: float) -> list[nn.Module]:
    layers: list[nn.Module] = []
    channels, side, kernel, pool = 1, 28, model["kernel"], model["pool"]
    for index, filters in enumerate(model["filters"], start=1):
        layers += [nn.Conv2d(channels, filters, kernel), nn.ReLU()]
        channels, side = filters, side - kernel + 1
        if f"conv{index}" in model["pooled"]:
            layers.append(nn.MaxPool2d(pool))
            side //= pool
        if dropout:
            layers.append(nn.Dropout(dropout))
    layers.append(nn.Flatten())
    width = channels * side * side
    for units in model["dense"]:
        layers.append(nn.Linear(width, units))
        width = units
    return [*layers, nn.Linear(width, 10)]
