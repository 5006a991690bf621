"""A dense network: hidden1, hidden2, ..., output."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from regscope.base.settings import left_out, refusal
from regscope.models.base import ModelSettings
from regscope.models.own_normalization import Normalization, after
from regscope.models.slots import Slots

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, Field(ge=1, le=100_000)]


class MLP(ModelSettings):
    """Fully connected layers of the given widths, an activation after each but the last.

    residual: every hidden layer but the first is a branch, with its normalization, activation and
        dropout, beside what enters it (He et al. 2016, "Deep residual learning"); of one width.
    normalization: between every hidden layer and its activation.
    """

    data_kinds: ClassVar[tuple[str, ...]] = ("image", "points")
    portable: ClassVar[bool] = True
    kind: Literal["mlp"] = "mlp"
    hidden: Annotated[tuple[Width, ...], Field(min_length=1)]
    activation: Literal["relu", "tanh", "gelu"] = "relu"
    residual: bool = left_out(False)
    normalization: Normalization = left_out("none")

    @model_validator(mode="after")
    def _branches_have_one_width(self) -> MLP:
        if self.residual and len(self.hidden) < 2:
            raise refusal("residual", True, "needs two hidden layers or more: the first has none")
        if self.residual and len(set(self.hidden)) > 1:
            raise refusal("hidden", self.hidden, "must be of one width with residual true")
        return self

    def hidden_names(self) -> tuple[str, ...]:
        return tuple(f"hidden{index}" for index in range(1, len(self.hidden) + 1))

    def branch_names(self) -> tuple[str, ...]:
        return self.hidden_names()[1:] if self.residual else ()

    def layer_names(self) -> tuple[str, ...]:
        return (*self.hidden_names(), "output")

    def slots(self) -> Slots:
        return {
            "norm": self.hidden_names() if self.normalization == "none" else (),
            "dropout": self.hidden_names(),
            "residual": self.branch_names(),
        }

    def own_normalization(self) -> str:
        return self.normalization

    def first_modules(
        self, input_shape: tuple[int, ...]
    ) -> tuple[OrderedDict[str, nn.Module], int]:
        """What makes inputs into numbers `[B, width]`, and that width."""
        from torch import nn

        return OrderedDict(flatten=nn.Flatten()), math.prod(input_shape)

    def build(self, input_shape: tuple[int, ...], classes: int) -> nn.Module:
        from torch import nn

        activation = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}[self.activation]
        modules, width = self.first_modules(input_shape)
        for name, units in zip(self.hidden_names(), self.hidden, strict=True):
            layer = nn.Linear(width, units)
            modules |= {name: layer, **after(name, layer, self.normalization)}
            modules[f"{name}_activation"] = activation()
            modules[f"{name}_dropout"] = nn.Identity()
            if name in self.branch_names():
                modules[f"{name}_residual"] = nn.Identity()
            width = units
        modules["output"] = nn.Linear(width, classes)
        if not self.residual:
            return nn.Sequential(modules)
        from regscope.models.dense.residual_chain import ResidualChain

        network = ResidualChain(modules)
        self._shrink(network)
        return network

    def initialize_as_keras(self, module: nn.Module) -> None:
        super().initialize_as_keras(module)
        self._shrink(module)

    def _shrink(self, network: nn.Module) -> None:
        """Divide the drawn weights of branches by the root of their number, unless normalized.

        Every branch would add as much variance as its activation lets pass, and what leaves them
        all would grow exponentially with their number; of L branches that add a share of 1 / L
        each, it stays within a factor of e (Hanin and Rolnick 2018, "How to start training").
        """
        import torch

        names = self.branch_names() if self.normalization == "none" else ()
        with torch.no_grad():
            for name in names:
                network.get_parameter(f"{name}.weight").div_(math.sqrt(len(names)))
