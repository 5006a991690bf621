from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from regscope.base.complaints import one_line
from regscope.datasets import Dataset
from regscope.models import KINDS
from regscope.models.initialization import initialized
from regscope.models.mlp import MLP
from regscope.models.slots import fill_slots
from tests import tiny


def test_layers_and_slots_are_named_in_order() -> None:
    settings = MLP(hidden=(128, 64))
    assert settings.layer_names() == ("hidden1", "hidden2", "output")
    hidden = ("hidden1", "hidden2")
    assert settings.slots() == {"norm": hidden, "dropout": hidden, "residual": ()}
    assert KINDS["mlp"] is MLP


def test_the_published_network_has_its_parameters() -> None:
    model = MLP(hidden=(128, 64)).build((1, 28, 28), 10)
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    assert shapes == {
        "hidden1.weight": (128, 784),
        "hidden1.bias": (128,),
        "hidden2.weight": (64, 128),
        "hidden2.bias": (64,),
        "output.weight": (10, 64),
        "output.bias": (10,),
    }
    assert sum(tensor.numel() for tensor in model.parameters()) == 109_386


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        ("relu", lambda values: values.clamp(min=0)),
        ("tanh", torch.tanh),
        ("gelu", lambda values: values * (1 + torch.erf(values / 2**0.5)) / 2),
    ],
)
def test_the_output_is_the_written_formula(activation: str, function: nn.Module) -> None:
    model = MLP.model_validate({"hidden": [5], "activation": activation}).build((1, 2, 2), 3)
    state = {name: tensor.double() for name, tensor in model.state_dict().items()}
    inputs = torch.randn(4, 1, 2, 2, generator=torch.Generator().manual_seed(0))
    hidden = function(
        inputs.flatten(1).double() @ state["hidden1.weight"].T + state["hidden1.bias"]
    )
    expected = hidden @ state["output.weight"].T + state["output.bias"]
    torch.testing.assert_close(model(inputs).double(), expected, rtol=1e-5, atol=1e-6)


def test_settings_that_came_later_are_dumped_only_where_they_are_used() -> None:
    """Results are a study's as long as its dumped settings are what they were."""
    before = {"kind": "mlp", "initialization": "torch", "hidden": (5,), "activation": "tanh"}
    assert MLP.model_validate(before).model_dump() == before
    used = {**before, "hidden": (5, 5), "residual": True, "normalization": "layer"}
    assert MLP.model_validate(used).model_dump() == used


def inputs() -> Tensor:
    return torch.randn(7, 1, 2, 2, generator=torch.Generator().manual_seed(0)).double()


def moved(model: nn.Module) -> dict[str, Tensor]:
    """The state of a network in double precision, with no gain of 1 and no bias of 0 left in it."""
    torch.manual_seed(0)
    for parameter in model.double().parameters():
        parameter.data.add_(torch.rand_like(parameter) / 10)
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
def test_a_residual_network_is_the_written_formula(normalization: str) -> None:
    settings = {"hidden": [5, 5, 5], "residual": True, "normalization": normalization}
    model = MLP.model_validate(settings).build((1, 2, 2), 3)
    state = moved(model)

    def branch(name: str, values: Tensor) -> Tensor:
        values = values @ state[f"{name}.weight"].T + state[f"{name}.bias"]
        if normalization != "none":
            axis = 0 if normalization == "batch" else 1
            variance = values.var(axis, correction=0, keepdim=True)
            values = (values - values.mean(axis, keepdim=True)) / (variance + 1e-5).sqrt()
            gain, shift = (state[f"{name}_normalization.{part}"] for part in ("weight", "bias"))
            values = values * gain + shift
        return values.clamp(min=0)

    hidden = branch("hidden1", inputs().flatten(1))
    hidden = hidden + branch("hidden2", hidden)
    hidden = hidden + branch("hidden3", hidden)
    expected = hidden @ state["output.weight"].T + state["output.bias"]
    torch.testing.assert_close(model.train()(inputs()), expected)


def test_a_branch_leaves_through_its_slot() -> None:
    settings = MLP(hidden=(5, 5, 5), residual=True)
    assert settings.slots()["residual"] == ("hidden2", "hidden3")
    model = settings.build((1, 2, 2), 3).double()
    fill_slots(model, "residual", ["hidden2"], lambda _: nn.Threshold(math.inf, 0))
    first, third, output = (model.get_submodule(name) for name in ("hidden1", "hidden3", "output"))
    hidden = first(inputs().flatten(1)).relu()
    torch.testing.assert_close(model(inputs()), output(hidden + third(hidden).relu()))


def test_normalization_by_the_batch_is_the_method_batch_norm(digits: Dataset) -> None:
    """Bit for bit, under another name."""
    by_method = tiny.trained(tiny.study({"batch_norm": True}, "adam"), digits, [0, 1])
    own = tiny.study({}, "adam", model={"normalization": "batch"})
    by_setting = tiny.trained(own, digits, [0, 1])
    found = {
        name.replace("_normalization.", "_norm."): tensor
        for name, tensor in by_setting.model.state_dict().items()
    }
    assert tiny.differences(found, by_method.model.state_dict()) == {}
    assert by_setting.history.equal(by_method.history)


@pytest.mark.parametrize("initialization", ["glorot_uniform", "torch"])
def test_branches_begin_smaller_the_more_there_are(initialization: str) -> None:
    settings = MLP.model_validate(
        {"hidden": [64] * 10, "residual": True, "initialization": initialization}
    )
    state = initialized(settings, (64,), 10, 0).state_dict()
    bound = math.sqrt(6 / 128) if initialization == "glorot_uniform" else 1 / 8
    for name, share in (("hidden1", 1), ("hidden2", 1 / 3), ("hidden10", 1 / 3), ("output", None)):
        largest = float(state[f"{name}.weight"].abs().max())
        assert share is None or 0.98 * bound * share < largest <= bound * share


@pytest.mark.slow
@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
def test_thirty_layers_learn_digits(normalization: str, all_digits: Dataset) -> None:
    """Without normalization only since branches begin smaller: else they reach 0.35."""
    tried = tiny.study(
        {},
        "adam",
        model={"hidden": [32] * 30, "residual": True, "normalization": normalization},
        training={"epochs": 4, "learning_rate": 0.003},
        split={"train": 500},
    )
    (accuracy,) = tiny.trained(tried, all_digits, [0]).history[4, :, -1].tolist()
    assert accuracy > 0.75


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"hidden": [8], "residual": True},
         "residual = true: needs two hidden layers or more: the first has none"),
        ({"hidden": [8, 8, 4], "residual": True},
         "hidden = [8, 8, 4]: must be of one width with residual true"),
        ({"hidden": [8], "residual": 1}, "residual = 1: must be true or false"),
        ({"hidden": [8], "normalization": "group"},
         "normalization = group: choose from: none, batch, layer"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        MLP.model_validate(settings)
    assert one_line(refused.value, settings) == told
