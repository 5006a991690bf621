"""Which axis of maps is that of the units: as the layers before give it, or not said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from regscope.library.activations import hidden_units
from regscope.models.convolutional.vision import torchvision


class Turned(nn.Module):
    """Maps of a convolution `[B, 3, S, S]`, something done to them, and an activation."""

    def __init__(self, between: Callable[[Tensor], Tensor], layer: nn.Module) -> None:
        super().__init__()
        self.conv, self.layer, self.act = nn.Conv2d(1, 3, 1), layer, nn.GELU()
        self.between = between

    def forward(self, inputs: Tensor) -> Tensor:
        maps: Tensor = self.act(self.layer(self.between(self.conv(inputs))))
        return maps.flatten(1)[:, :2]


def last(maps: Tensor) -> Tensor:
    return maps.permute(0, 2, 3, 1)


def same(maps: Tensor) -> Tensor:
    return maps


class ChannelsFirst(nn.LayerNorm):
    """As torchvision's LayerNorm2d."""

    def forward(self, maps: Tensor) -> Tensor:
        return super().forward(maps.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


Case = tuple[Callable[[Tensor], Tensor], nn.Module, int]
KNOWN: dict[str, Case] = {
    "convolution": (same, nn.Identity(), 1),
    "norm of channels": (same, nn.BatchNorm2d(3), 1),
    "dense layer on channels last": (last, nn.Linear(3, 5), -1),
    "norm over the last axis": (last, nn.LayerNorm(3), -1),
    "rms norm over the last axis": (last, nn.RMSNorm(3), -1),
    "dropout between": (last, nn.Sequential(nn.Linear(3, 3), nn.Dropout()), -1),
}
BY_SIZE: dict[str, Case] = {
    "turned by a function": (last, nn.Identity(), -1),
    "sum by a function": (lambda maps: maps + 1, nn.Identity(), 1),
    "pooled by a function": (lambda maps: maps[:, :, ::2, ::2], nn.Identity(), 1),
    "norm that turns axes itself": (same, ChannelsFirst(3), 1),
}


def _units(case: Case, size: int) -> tuple[dict[str, Tensor], dict[str, str], Tensor]:
    between, layer, axis = case
    model = Turned(between, layer).eval()
    inputs = torch.randn(6, 1, size, size)
    seen, refused = hidden_units(model, [(inputs, torch.zeros(6, dtype=torch.int64))])
    maps = model.act(model.layer(between(model.conv(inputs))))
    return seen, refused, maps.movedim(axis, 1).flatten(2).mean(2)


@torch.no_grad()
@pytest.mark.parametrize("size", [3, 4])
@pytest.mark.parametrize("case", KNOWN.values(), ids=KNOWN)
def test_channels_are_where_the_layer_before_has_them(case: Case, size: int) -> None:
    seen, refused, expected = _units(case, size)
    assert not refused
    torch.testing.assert_close(seen["act"], expected)


@torch.no_grad()
@pytest.mark.parametrize("case", BY_SIZE.values(), ids=BY_SIZE)
def test_functions_between_leave_it_to_the_number_of_channels(case: Case) -> None:
    seen, refused, expected = _units(case, 4)
    assert not refused
    torch.testing.assert_close(seen["act"], expected)


@torch.no_grad()
@pytest.mark.parametrize(
    "case",
    [BY_SIZE["turned by a function"], BY_SIZE["norm that turns axes itself"]],
    ids=["function", "norm"],
)
def test_as_many_channels_as_columns_are_not_guessed_at(case: Case) -> None:
    seen, refused, _ = _units(case, 3)
    assert not seen
    assert refused["units of act"].endswith("which axis is that of the units cannot be told")


@torch.no_grad()
def test_channels_put_together_are_not_taken_for_columns() -> None:
    """Three channels and three columns before; six channels and three columns after."""
    both = (lambda maps: torch.cat([maps, maps], 1), nn.Identity(), 1)
    assert not _units(both, 3)[0]


@pytest.mark.slow
@torch.no_grad()
def test_networks_out_of_a_library() -> None:
    inputs = torch.randn(2, 3, 32, 32)
    labels = torch.zeros(2, dtype=torch.int64)
    models = torchvision().models
    for name, activation, units in (
        ("convnext_tiny", "features.1.0.block.4", 384),
        ("swin_t", "features.1.0.mlp.1", 384),
        ("resnet18", "layer1.0.relu (2)", 64),
    ):
        model = getattr(models, name)().eval()
        seen, refused = hidden_units(model, [(inputs, labels)])
        assert not refused, name
        assert seen[activation].shape == (2, units), name
