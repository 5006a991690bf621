"""A dense network: hidden1, hidden2, ..., output."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from regscope.models.base import ModelSettings
from regscope.models.slots import Slots

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, Field(ge=1, le=100_000)]


class MLP(ModelSettings):
    """Fully connected layers of the given widths, an activation after each but the last."""

    data_kinds: ClassVar[tuple[str, ...]] = ("image", "points")
    portable: ClassVar[bool] = True
    kind: Literal["mlp"] = "mlp"
    hidden: Annotated[tuple[Width, ...], Field(min_length=1)]
    activation: Literal["relu", "tanh", "gelu"] = "relu"

    def hidden_names(self) -> tuple[str, ...]:
        return tuple(f"hidden{index}" for index in range(1, len(self.hidden) + 1))

    def layer_names(self) -> tuple[str, ...]:
        return (*self.hidden_names(), "output")

    def slots(self) -> Slots:
        return {"norm": self.hidden_names(), "dropout": self.hidden_names()}

    def build(self, input_shape: tuple[int, ...], classes: int) -> nn.Module:
        from torch import nn

        activation = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}[self.activation]
        modules: OrderedDict[str, nn.Module] = OrderedDict(flatten=nn.Flatten())
        width = math.prod(input_shape)
        for name, units in zip(self.hidden_names(), self.hidden, strict=True):
            modules[name] = nn.Linear(width, units)
            modules[f"{name}_norm"] = nn.Identity()
            modules[f"{name}_activation"] = activation()
            modules[f"{name}_dropout"] = nn.Identity()
            width = units
        modules["output"] = nn.Linear(width, classes)
        return nn.Sequential(modules)
