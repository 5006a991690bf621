"""What a network of one's own need not say."""

from __future__ import annotations

from typing import Literal

from torch import nn

from regscope.models import ModelSettings


class Short(ModelSettings):
    kind: Literal["short"] = "short"

    def layer_names(self) -> tuple[str, ...]:
        return ("first", "output")

    def slot_names(self) -> tuple[str, ...]:
        return ("first",)

    def build(self, input_shape: tuple[int, ...], classes: int) -> nn.Module:
        raise NotImplementedError


class Bare(Short):
    def slot_names(self) -> tuple[str, ...]:
        return ()


def test_layers_with_both_slots_can_be_named_alone() -> None:
    assert Short().slots() == {"norm": ("first",), "dropout": ("first",)}
    assert Short().hidden_layers() == ("first",)


def test_a_network_without_slots_need_not_say_so() -> None:
    assert Bare().slots() == {}
    assert Bare().hidden_layers() == ()
