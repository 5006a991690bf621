"""Dropout and batch normalization find their places in a network."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from torch import Tensor, nn

from regscope.models.cnn import CNN
from regscope.models.mlp import MLP
from regscope.models.resnet import ResNet
from regscope.models.slots import KINDS, SlotKind, Slots, check_slots, fill_slots
from regscope.regularizers import Regularizer
from regscope.regularizers.activity_l1 import ActivityL1
from regscope.regularizers.batch_norm import BatchNorm
from regscope.regularizers.dropout import Dropout
from regscope.regularizers.max_dropout import MaxDropout
from regscope.regularizers.spatial_dropout import SpatialDropout
from regscope.stacking.stack import stack, streams_of
from tests.regularizers.refused import refused


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


@pytest.mark.parametrize("method", [ActivityL1(strength=0.1), MaxDropout(rate=0.2)])
def test_activations_of_padded_sentences_are_refused(method: Regularizer) -> None:
    assert refused(method, "tokens", "tagging") == (
        f"{method.name} = None: there is none for tokens data: it is for image, points and table"
    )


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (CNN(filters=(2, 3), dense=(4,)), ("conv1", "conv2")),
        (ResNet(width=2), ("block1.conv1", "block2.conv1", "block3.conv1")),
    ],
)
def test_channels_are_dropped_behind_convolutions_alone(
    settings: CNN | ResNet, named: tuple[str, ...]
) -> None:
    assert settings.channel_layers() == named
    for layers in (None, named[1:]):
        model = settings.build((1, 16, 16), 3)
        SpatialDropout(rate=0.25, layers=layers).insert(model)
        filled = {name: m for name, m in model.named_modules() if isinstance(m, nn.Dropout2d)}
        assert tuple(filled) == tuple(f"{name}_dropout" for name in layers or named)
        assert {module.p for module in filled.values()} == {0.25}


def test_a_model_without_slots_is_refused() -> None:
    with pytest.raises(ValueError, match="the model has no slot for dropout"):
        Dropout(rate=0.5).insert(nn.Sequential(nn.Linear(2, 2)))


def test_a_slot_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^the model has no slot named output_dropout$"):
        fill_slots(network(), "dropout", ["output"], lambda _: nn.Dropout())


class Noted(nn.Module):
    """Writes down when it runs."""

    def __init__(self, name: str, noted: list[str]) -> None:
        super().__init__()
        self.name, self.noted = name, noted

    def forward(self, inputs: Tensor) -> Tensor:
        self.noted.append(self.name)
        return inputs


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_put_into_a_slot_runs_in_that_order(kind: SlotKind) -> None:
    slot = {f"hidden1_{kind}": nn.Identity()}
    model = nn.Sequential(OrderedDict(hidden1=nn.Linear(2, 2), **slot))
    noted: list[str] = []
    for name in ("first", "second", "third"):
        fill_slots(model, kind, None, lambda _, name=name: Noted(name, noted))  # type: ignore[misc]
    model(torch.zeros(1, 2))
    assert noted == ["first", "second", "third"]
    (filled,) = (module for name, module in model.named_children() if name != "hidden1")
    assert [type(module) for module in filled.children()] == [Noted] * 3


def test_one_module_in_a_slot_keeps_the_slots_name() -> None:
    """Stored networks have that name."""
    model = network()
    BatchNorm().insert(model)
    assert "hidden1_norm.running_mean" in model.state_dict()


@pytest.mark.parametrize("seeds", [[3], [7, 3]])
def test_a_slot_of_several_is_stacked(seeds: list[int]) -> None:
    """Every one with masks of its own, which are the seed's."""
    plain = [network() for _ in seeds]
    for module in plain:
        for rate in (0.5, 0.25):
            Dropout(rate=rate, layers=("hidden1",)).insert(module)
    stacked = stack(plain, seeds, torch.ones(2, 1, 2, 2))
    slot = stacked.get_submodule("hidden1_dropout")
    for streams in streams_of(stacked):
        streams.start_epoch(0)
    units = slot.train()(torch.ones(len(seeds) * 1000, 6)).chunk(len(seeds))[-1]
    # Five standard deviations of a mean of 6,000.
    assert float((units == 0).float().mean()) == pytest.approx(1 - 0.5 * 0.75, abs=0.031)
    assert float(units.max()) == pytest.approx(1 / (0.5 * 0.75))


def test_a_slot_inside_a_block_is_found() -> None:
    model = nn.Module()
    model.block = nn.Sequential()
    model.block.dense = nn.Linear(2, 3)
    model.block.dense_norm = nn.Identity()
    BatchNorm().insert(model)
    assert isinstance(model.block.dense_norm, nn.BatchNorm1d)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"norm": ()}, "a slot hidden1_norm, and should have none"),
        ({"dropout": ()}, "a slot hidden1_dropout, and should have none"),
        ({"dropout": ("hidden1", "output")}, "no slot output_dropout, and should have one"),
        ({"residual": ()}, "a slot hidden1_residual, and should have none"),
        ({"residual": ("hidden1", "hidden2")}, "no slot hidden2_residual, and should have one"),
    ],
)
def test_slots_must_be_those_that_the_settings_name(changed: Slots, told: str) -> None:
    modules = {f"hidden1_{kind}": nn.Identity() for kind in KINDS}
    model = nn.Sequential(OrderedDict(hidden1=nn.Linear(2, 2), **modules))
    slots: Slots = dict.fromkeys(KINDS, ("hidden1",))
    check_slots(model, slots)
    with pytest.raises(ValueError, match=f"^the model has {told}$"):
        check_slots(model, {**slots, **changed})
    absent = {kind: names for kind, names in slots.items() if kind not in changed}
    with pytest.raises(ValueError, match=r"and should have none$"):
        check_slots(model, absent)
