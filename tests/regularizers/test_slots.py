"""Dropout and batch normalization find their places in a network."""

from __future__ import annotations

from collections import OrderedDict

import pytest
from torch import nn

from regscope.models.mlp import MLP
from regscope.models.slots import check_slots, fill_slots
from regscope.regularizers.batch_norm import BatchNorm
from regscope.regularizers.dropout import Dropout


def network() -> nn.Module:
    return MLP(hidden=(6, 5)).build((1, 2, 2), 3)


def kinds(model: nn.Module) -> dict[str, str]:
    found = {name: type(module).__name__ for name, module in model.named_children()}
    return {name: kind for name, kind in found.items() if name.endswith(("_norm", "_dropout"))}


def test_dropout_comes_after_every_hidden_activation() -> None:
    model = network()
    Dropout(rate=0.25).insert(model)
    assert kinds(model) == {
        "hidden1_norm": "Identity",
        "hidden1_dropout": "Dropout",
        "hidden2_norm": "Identity",
        "hidden2_dropout": "Dropout",
    }
    assert model.get_submodule("hidden1_dropout").p == 0.25
    order = [name for name, _ in model.named_children()]
    assert order.index("hidden1_activation") + 1 == order.index("hidden1_dropout")


def test_batch_normalization_comes_between_weights_and_activation() -> None:
    model = network()
    BatchNorm(momentum=0.3, epsilon=0.01).insert(model)
    norm = model.get_submodule("hidden2_norm")
    assert isinstance(norm, nn.BatchNorm1d)
    assert (norm.num_features, norm.momentum, norm.eps) == (5, 0.3, 0.01)
    order = [name for name, _ in model.named_children()]
    assert order[order.index("hidden1") :][:3] == ["hidden1", "hidden1_norm", "hidden1_activation"]


@pytest.mark.parametrize(
    "method", [Dropout(rate=0.5, layers=("hidden2",)), BatchNorm(layers=("hidden2",))]
)
def test_layers_scopes_insertion(method: Dropout | BatchNorm) -> None:
    model = network()
    method.insert(model)
    filled = [name for name, kind in kinds(model).items() if kind != "Identity"]
    assert filled == ["hidden2_dropout" if isinstance(method, Dropout) else "hidden2_norm"]


def test_batch_normalization_of_a_convolution_is_over_its_channels() -> None:
    model = nn.Module()
    model.conv = nn.Conv2d(1, 4, 3)
    model.conv_norm = nn.Identity()
    BatchNorm().insert(model)
    assert isinstance(model.conv_norm, nn.BatchNorm2d)
    assert model.conv_norm.num_features == 4


def test_a_model_without_slots_is_refused() -> None:
    with pytest.raises(ValueError, match="the model has no slot for dropout"):
        Dropout(rate=0.5).insert(nn.Sequential(nn.Linear(2, 2)))


def test_a_full_slot_is_refused() -> None:
    model = network()
    Dropout(rate=0.5).insert(model)
    with pytest.raises(ValueError, match="the model has no empty slot named hidden1_dropout"):
        fill_slots(model, "dropout", ["hidden1"], lambda _: nn.Dropout())


def test_a_slot_inside_a_block_is_found() -> None:
    model = nn.Module()
    model.block = nn.Sequential()
    model.block.dense = nn.Linear(2, 3)
    model.block.dense_norm = nn.Identity()
    BatchNorm().insert(model)
    assert isinstance(model.block.dense_norm, nn.BatchNorm1d)


@pytest.mark.parametrize(
    ("dropout", "norm", "told"),
    [
        (["hidden1"], [], "a slot hidden1_norm, and should have none"),
        ([], ["hidden1"], "a slot hidden1_dropout, and should have none"),
        (["hidden1", "output"], ["hidden1"], "no slot output_dropout, and should have one"),
    ],
)
def test_slots_must_be_those_that_the_settings_name(
    dropout: list[str], norm: list[str], told: str
) -> None:
    slots = {f"hidden1_{slot}": nn.Identity() for slot in ("norm", "dropout")}
    model = nn.Sequential(OrderedDict(hidden1=nn.Linear(2, 2), **slots))
    check_slots(model, ["hidden1"], ["hidden1"])
    with pytest.raises(ValueError, match=f"^the model has {told}$"):
        check_slots(model, dropout, norm)
