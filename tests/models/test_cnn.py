from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from regscope.complaints import one_line
from regscope.errors import RegscopeError
from regscope.models import KINDS
from regscope.models.cnn import CNN
from regscope.params import load_params
from regscope.regularizers.batch_norm import BatchNorm

PUBLISHED = CNN(
    filters=(256, 128, 64, 28),
    pooled=("conv1", "conv2"),
    dense=(64,),
    dense_activation="linear",
)


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_layers_and_slots_are_named_in_order() -> None:
    assert PUBLISHED.slot_names() == ("conv1", "conv2", "conv3", "conv4", "dense1")
    assert PUBLISHED.layer_names() == (*PUBLISHED.slot_names(), "output")
    assert KINDS["cnn"] is CNN


def test_the_published_network_has_its_parameters() -> None:
    model = PUBLISHED.build((1, 28, 28), 10)
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    assert shapes == {
        "conv1.weight": (256, 1, 3, 3),
        "conv1.bias": (256,),
        "conv2.weight": (128, 256, 3, 3),
        "conv2.bias": (128,),
        "conv3.weight": (64, 128, 3, 3),
        "conv3.bias": (64,),
        "conv4.weight": (28, 64, 3, 3),
        "conv4.bias": (28,),
        "dense1.weight": (64, 28),
        "dense1.bias": (64,),
        "output.weight": (10, 64),
        "output.bias": (10,),
    }
    assert sum(tensor.numel() for tensor in model.parameters()) == 390_054


def test_the_study_is_of_the_published_network() -> None:
    study = load_params().studies["fashion"]
    assert study.model == PUBLISHED
    assert (study.train_size, study.data.size) == (60_000, 70_000)


def in_the_published_order(settings: CNN, model: nn.Module, activation: type[nn.Module]) -> Any:
    """The network with the weights of `model`: activation, then pooling, on whole pictures."""
    layers = dict(model.named_children())
    modules: OrderedDict[str, nn.Module] = OrderedDict()
    for name in settings.convolution_names():
        modules[name] = layers[name]
        modules[f"{name}_norm"] = layers[f"{name}_norm"]
        modules[f"{name}_activation"] = activation()
        if name in settings.pooled:
            modules[f"{name}_pool"] = nn.MaxPool2d(settings.pool)
    modules["flatten"] = nn.Flatten()
    for name in settings.dense_names():
        modules[name] = layers[name]
        modules[f"{name}_activation"] = layers[f"{name}_activation"]
    modules["output"] = layers["output"]
    return nn.Sequential(modules)


SHAPES: dict[str, tuple[dict[str, Any], tuple[int, int, int]]] = {
    "published": ({"filters": [8, 6, 5, 4], "pooled": ["conv1", "conv2"]}, (1, 28, 28)),
    "not square": ({"filters": [4, 3], "pooled": ["conv1"]}, (2, 9, 14)),
    "pooled by 3, 5x5": (
        {"filters": [4, 3], "kernel": 5, "pool": 3, "pooled": ["conv1"]},
        (1, 21, 20),
    ),
    "same": ({"filters": [4, 3], "padding": "same", "pooled": ["conv1", "conv2"]}, (1, 11, 9)),
    "last one pooled": ({"filters": [4, 3], "pooled": ["conv2"]}, (3, 10, 11)),
    "nothing pooled": ({"filters": [4]}, (1, 5, 5)),
}


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
@pytest.mark.parametrize("shape", SHAPES)
def test_pooling_first_and_cutting_change_nothing(
    shape: str, activation: str, normalized: bool
) -> None:
    """Outputs and gradients, of pictures with flat regions, where many pixels tie."""
    options, input_shape = SHAPES[shape]
    settings = CNN.model_validate({**options, "activation": activation, "dense": [7]})
    model = settings.build(input_shape, 3)
    if normalized:
        BatchNorm.model_validate({"layers": settings.convolution_names()}).insert(model)
    functions = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}
    expected = in_the_published_order(settings, model, functions[activation])
    inputs = draw(4, *input_shape).clamp(min=0.5)
    results: list[dict[str, Tensor]] = []
    for network in (model, expected):
        network.zero_grad()
        outputs = network.train()(inputs)
        outputs.square().sum().backward()
        results.append({"outputs": outputs})
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None
            results[-1][name] = parameter.grad.clone()
    assert set(results[0]) == set(results[1])
    for name, found in results[0].items():
        torch.testing.assert_close(found, results[1][name], rtol=1e-4, atol=1e-5)


def test_rows_and_columns_that_no_output_depends_on_are_not_computed() -> None:
    model = PUBLISHED.build((1, 28, 28), 10)
    seen = {}
    for name in ("conv1", "conv2"):
        model.get_submodule(name).register_forward_hook(
            lambda _, __, outputs, name=name: seen.update({name: tuple(outputs.shape[2:])})
        )
    model(draw(2, 1, 28, 28))
    assert seen == {"conv1": (24, 24), "conv2": (10, 10)}
    BatchNorm.model_validate({"layers": ["conv1"]}).insert(model)
    model(draw(2, 1, 28, 28))
    assert seen == {"conv1": (26, 26), "conv2": (11, 11)}


def test_dropout_and_normalization_have_their_places() -> None:
    model = PUBLISHED.build((1, 28, 28), 10)
    names = [name for name, _ in model.named_children()]
    assert names[:5] == ["conv1", "conv1_norm", "conv1_pool", "conv1_activation", "conv1_dropout"]
    assert names[10:14] == ["conv3", "conv3_norm", "conv3_activation", "conv3_dropout"]
    assert names[-5:] == ["dense1", "dense1_norm", "dense1_activation", "dense1_dropout", "output"]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"filters": [4], "pooled": ["conv2"]}, "pooled = conv2: choose from: conv1"),
        ({"filters": []}, "filters = []: must be a list of at least 1"),
        ({"filters": [4], "padding": "full"}, "padding = full: choose from: valid, same"),
    ],
)
def test_mistakes_are_refused_in_one_line(settings: dict[str, Any], line: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CNN.model_validate(settings)
    assert one_line(refused.value, settings) == line


@pytest.mark.parametrize(
    ("input_shape", "line"),
    [
        (
            (1, 8, 8),
            "model.filters = [256, 128, 64, 28]: pictures of 8x8 are too small for so many"
            " convolutions and poolings",
        ),
        (
            (2,),
            "model.kind = cnn: needs pictures, and these inputs have the shape [2]: choose another"
            " kind",
        ),
    ],
)
def test_inputs_that_do_not_fit_are_refused(input_shape: tuple[int, ...], line: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        PUBLISHED.build(input_shape, 10)
    assert str(refused.value) == line
