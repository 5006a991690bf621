from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.models import KINDS
from regscope.models.cnn import CNN
from regscope.models.initialization import initialized
from regscope.regularizers.batch_norm import BatchNorm
from regscope.study.params import load_params

PUBLISHED = CNN(
    filters=(256, 128, 64, 28),
    pooled=("conv1", "conv2"),
    dense=(64,),
    dense_activation="linear",
)


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_layers_and_slots_are_named_in_order() -> None:
    hidden = ("conv1", "conv2", "conv3", "conv4", "dense1")
    assert PUBLISHED.slots() == {"norm": hidden, "dropout": hidden}
    assert PUBLISHED.layer_names() == (*hidden, "output")
    assert KINDS["cnn"] is CNN


@pytest.mark.parametrize("kind", ["batch", "layer"])
def test_normalization_of_its_own_is_after_every_layer_and_sees_all_of_a_picture(kind: str) -> None:
    """5x5 leaves a row that pooling ignores, which is not cut here."""
    written = {"filters": [4], "pooled": ["conv1"], "dense": [3], "normalization": kind}
    settings = CNN.model_validate(written)
    model = settings.build((1, 5, 5), 2).double()
    conv, dense, output = (model.get_submodule(name) for name in ("conv1", "dense1", "output"))
    inputs = draw(6, 1, 5, 5).double()

    def normalized(values: Tensor, axes: tuple[int, ...]) -> Tensor:
        variance = values.var(axes, correction=0, keepdim=True)
        return (values - values.mean(axes, keepdim=True)) / (variance + 1e-5).sqrt()

    by_batch = kind == "batch"
    maps = normalized(conv(inputs), (0, 2, 3) if by_batch else (1, 2, 3)).relu()[:, :, :2, :2]
    units = normalized(dense(maps.amax((2, 3))), (0,) if by_batch else (1,)).relu()
    torch.testing.assert_close(model.train()(inputs), output(units))
    assert settings.slots()["norm"] == ()
    assert "normalization" not in PUBLISHED.model_dump()


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
            modules[f"{name}_pool"] = nn.MaxPool2d(settings.pool, settings.pool_stride)
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
    "strides": (
        {"filters": [4, 3], "kernel": [5, 3], "stride": [2, 3], "pooled": ["conv1"]},
        (1, 30, 26),
    ),
    "overlapping squares": (
        {"filters": [4, 3, 2], "pool": 3, "pool_stride": 2, "pooled": ["conv1", "conv3"]},
        (2, 24, 23),
    ),
    "squares with gaps": (
        {"filters": [4, 3], "pool": 2, "pool_stride": 3, "pooled": ["conv1"]},
        (1, 19, 20),
    ),
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
        (
            {"filters": [4, 4], "kernel": [3]},
            "kernel = [3]: must be one for all, or a list of 2 as filters",
        ),
        (
            {"filters": [4], "stride": [1, 2]},
            "stride = [1, 2]: must be one for all, or a list of 1 as filters",
        ),
        ({"filters": [4], "stride": 0}, "stride = 0: must be at least 1"),
        (
            {"filters": [4], "response_normalized": ["dense1"]},
            "response_normalized = dense1: choose from: conv1",
        ),
        (
            {"filters": [4], "response_normalization": {"bias": 0}},
            "response_normalization.bias = 0: must be greater than 0",
        ),
        (
            {"filters": [4], "pool_padding": "same", "pool_stride": 1},
            "pool = 2: must be odd with pool_padding same, pool_stride 1",
        ),
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


ALEXNET = CNN.model_validate(
    {
        "filters": [64, 192, 384, 384, 256],
        "kernel": [11, 5, 3, 3, 3],
        "stride": [4, 1, 1, 1, 1],
        "padding": "same",
        "pooled": ["conv1", "conv2", "conv5"],
        "pool": 3,
        "pool_stride": 2,
        "pool_padding": "same",
        "response_normalized": ["conv1", "conv2"],
        "dense": [1024, 1024],
    }
)


def test_an_alexnet_for_small_pictures_can_be_written() -> None:
    model = ALEXNET.build((3, 64, 64), 25)
    sizes = {}
    for name, module in model.named_children():
        module.register_forward_hook(
            lambda _, __, outputs, name=name: sizes.update({name: tuple(outputs.shape[1:])})
        )
    model(draw(1, 3, 64, 64))
    assert {name: sizes[name] for name in ("conv1", "conv1_pool", "conv2", "conv2_pool")} == {
        "conv1": (64, 16, 16),
        "conv1_pool": (64, 8, 8),
        "conv2": (192, 8, 8),
        "conv2_pool": (192, 4, 4),
    }
    assert (sizes["conv4"], sizes["conv5_pool"]) == ((384, 4, 4), (256, 2, 2))
    kernels = [(3, 64, 11), (64, 192, 5), (192, 384, 3), (384, 384, 3), (384, 256, 3)]
    expected = sum((before * side**2 + 1) * after for before, after, side in kernels)
    expected += (256 * 2 * 2 + 1) * 1024 + 1025 * 1024 + 1025 * 25
    assert sum(tensor.numel() for tensor in model.parameters()) == expected == 5_331_929
    names = [name for name, _ in model.named_children()]
    assert names[:7] == [
        "conv1_margin",
        "conv1",
        "conv1_norm",
        "conv1_activation",
        "conv1_response",
        "conv1_pool",
        "conv1_dropout",
    ]
    assert ALEXNET.layer_names()[:3] == ("conv1", "conv2", "conv3")


@pytest.mark.parametrize("stride", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5, 11])
@pytest.mark.parametrize("side", [5, 16, 17])
def test_same_is_tensorflows(side: int, kernel: int, stride: int) -> None:
    """Window i begins `i * stride - before`, its rule for `before`: tf.nn's notes on padding."""
    settings = CNN(filters=(2,), kernel=kernel, stride=stride, padding="same")
    model = settings.build((1, side, side + 1), 2)
    found = nn.Sequential(OrderedDict(list(model.named_children())[:-2]))(
        draw(2, 1, side, side + 1)
    )
    layer = model.get_submodule("conv1")
    assert isinstance(layer, nn.Conv2d)
    weight, bias = layer.weight, layer.bias
    assert bias is not None
    margins = []
    for length in (side, side + 1):
        over = kernel - stride if length % stride == 0 else kernel - length % stride
        margins.append((max(over, 0) // 2, max(over, 0)))
    counts = [-(-length // stride) for length in (side, side + 1)]
    pictures = torch.zeros(2, 1, side + 2 * kernel, side + 1 + 2 * kernel)
    pictures[:, :, kernel : kernel + side, kernel : kernel + side + 1] = draw(2, 1, side, side + 1)
    expected = torch.empty(2, 2, *counts)
    for row in range(counts[0]):
        for column in range(counts[1]):
            top = kernel + row * stride - margins[0][0]
            left = kernel + column * stride - margins[1][0]
            window = pictures[:, :, top : top + kernel, left : left + kernel]
            expected[:, :, row, column] = (window[:, None] * weight).sum((2, 3, 4)) + bias
    torch.testing.assert_close(found, expected.relu(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("stride", [2, 3, 4])
@pytest.mark.parametrize("pool", [2, 3, 5])
@pytest.mark.parametrize("side", [1, 2, 3, 4, 7, 8, 16])
def test_pooled_same_every_pixel_counts_and_none_is_made_up(
    side: int, pool: int, stride: int
) -> None:
    settings = CNN.model_validate(
        {
            "filters": [1],
            "kernel": 1,
            "pooled": ["conv1"],
            "pool": pool,
            "pool_stride": stride,
            "pool_padding": "same",
        }
    )
    model = settings.build((1, side, side), 2)
    pictures = draw(1, 1, side, side)
    found = model.get_submodule("conv1_pool")(pictures)
    count = -(-side // stride)
    before = max((count - 1) * stride + pool - side, 0) // 2
    for row in range(count):
        for column in range(count):
            rows = slice(max(row * stride - before, 0), row * stride - before + pool)
            columns = slice(max(column * stride - before, 0), column * stride - before + pool)
            assert found[0, 0, row, column] == pictures[0, 0, rows, columns].max()
    assert found.shape[2:] == (count, count)


def test_a_list_of_one_number_builds_the_same_network() -> None:
    listed = PUBLISHED.model_copy(update={"kernel": (3, 3, 3, 3), "stride": (1, 1, 1, 1)})
    first, second = (initialized(settings, (1, 28, 28), 10, 4) for settings in (PUBLISHED, listed))
    for (name, tensor), other in zip(
        first.state_dict().items(), second.state_dict().values(), strict=True
    ):
        assert torch.equal(tensor, other), name
    pictures = draw(2, 1, 28, 28)
    assert torch.equal(first(pictures), second(pictures))


def test_response_normalization_comes_between_activation_and_pooling() -> None:
    settings = CNN.model_validate(
        {
            "filters": [6],
            "pooled": ["conv1"],
            "response_normalized": ["conv1"],
            "response_normalization": {"depth_radius": 2, "bias": 1, "alpha": 0.5, "beta": 0.75},
        }
    )
    model = settings.build((1, 11, 11), 3)
    layers = dict(model.named_children())
    pictures = 3 * draw(2, 1, 11, 11)
    responses = nn.LocalResponseNorm(5, 0.5 * 5, 0.75, 1.0)(layers["conv1"](pictures).relu())
    expected = layers["output"](nn.functional.max_pool2d(responses, 2).flatten(1))
    torch.testing.assert_close(model(pictures), expected, rtol=1e-4, atol=1e-5)


def test_padding_can_be_one_for_each_convolution() -> None:
    """The first AlexNet's own: none around the first kernel, none around pooled squares."""
    padding = ["valid", "same", "same", "same", "same"]
    changed = {"padding": padding, "pooled": ["conv1", "conv2"], "pool_padding": "valid"}
    model = CNN.model_validate({**ALEXNET.model_dump(), **changed}).build((3, 64, 64), 25)
    sizes = [14, 6, 6, 2, 2, 2, 2]
    outputs = draw(1, 3, 64, 64)
    for name, module in model.named_children():
        outputs = module(outputs)
        if name.endswith(("conv1", "conv2", "conv3", "conv4", "conv5", "pool")):
            assert outputs.shape[2:] == (sizes.pop(0),) * 2, name
    assert not sizes
    # Nothing is cut: a padded edge would then lie elsewhere.
    assert not model._forward_pre_hooks
