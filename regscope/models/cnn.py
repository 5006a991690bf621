"""A convolutional network for images: conv1, conv2, ..., dense1, ..., output."""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from regscope.errors import RegscopeError
from regscope.models.base import ModelSettings
from regscope.settings import refusal

if TYPE_CHECKING:
    from torch import Tensor, nn

Width = Annotated[int, Field(ge=1, le=100_000)]
Side = Annotated[int, Field(ge=1, le=1000)]
Activation = Literal["relu", "tanh", "gelu"]


class CNN(ModelSettings):
    """Convolutions, each with an activation, then fully connected layers and the output.

    filters: output channels of conv1, conv2, ...
    kernel: the side of every kernel; the stride is 1.
    padding: `valid` adds nothing, `same` adds zeros so that pictures keep their size.
    pooled: the convolutions that are followed by max pooling.
    pool: the side of the pooled squares, and how far apart they lie.
    activation: after every convolution (and its pooling).
    dense: widths of dense1, dense2, ...; may be empty.
    dense_activation: after each of them; `linear` is none.
    """

    kind: Literal["cnn"] = "cnn"
    filters: Annotated[tuple[Width, ...], Field(min_length=1)]
    kernel: Side = 3
    padding: Literal["valid", "same"] = "valid"
    pooled: tuple[str, ...] = ()
    pool: Annotated[int, Field(ge=2, le=1000)] = 2
    activation: Activation = "relu"
    dense: tuple[Width, ...] = ()
    dense_activation: Activation | Literal["linear"] = "relu"

    @model_validator(mode="after")
    def _pooled_are_convolutions(self) -> CNN:
        known = self.convolution_names()
        for name in self.pooled:
            if name not in known:
                raise refusal("pooled", name, f"choose from: {', '.join(known)}")
        return self

    def convolution_names(self) -> tuple[str, ...]:
        return tuple(f"conv{index}" for index in range(1, len(self.filters) + 1))

    def dense_names(self) -> tuple[str, ...]:
        return tuple(f"dense{index}" for index in range(1, len(self.dense) + 1))

    def layer_names(self) -> tuple[str, ...]:
        return (*self.slot_names(), "output")

    def slot_names(self) -> tuple[str, ...]:
        return (*self.convolution_names(), *self.dense_names())

    def build(self, input_shape: tuple[int, ...], classes: int) -> nn.Module:
        """The network; raises RegscopeError where pictures are too small for it, or are none."""
        from torch import nn

        if len(input_shape) != 3:
            raise RegscopeError(
                f"model.kind = cnn: needs pictures, and these inputs have the shape"
                f" {list(input_shape)}: choose another kind"
            )
        channels, *size = input_shape
        modules: OrderedDict[str, nn.Module] = OrderedDict()
        for name, filters in zip(self.convolution_names(), self.filters, strict=True):
            modules |= self._convolution(name, channels, filters)
            channels, size = filters, [self._after(name, side) for side in size]
        if min(size) < 1:
            raise RegscopeError(
                f"model.filters = {list(self.filters)}: pictures of {input_shape[1]}x"
                f"{input_shape[2]} are too small for so many convolutions and poolings"
            )
        modules["flatten"] = nn.Flatten()
        width = channels * math.prod(size)
        for name, units in zip(self.dense_names(), self.dense, strict=True):
            modules[name] = nn.Linear(width, units)
            modules[f"{name}_norm"] = nn.Identity()
            modules[f"{name}_activation"] = _activation(self.dense_activation)
            modules[f"{name}_dropout"] = nn.Identity()
            width = units
        modules["output"] = nn.Linear(width, classes)
        network = nn.Sequential(modules)
        if self.padding == "valid":
            seen = tuple(self._seen(side) for side in size)
            network.register_forward_pre_hook(partial(_without_unseen, seen=seen))
        return network

    def _convolution(self, name: str, channels: int, filters: int) -> dict[str, nn.Module]:
        from torch import nn

        layer = nn.Conv2d(channels, filters, self.kernel, padding=self.padding)
        modules = {name: layer, f"{name}_norm": nn.Identity()}
        activation = {f"{name}_activation": _activation(self.activation)}
        if name not in self.pooled:
            modules |= activation
        elif self.activation == "gelu":
            modules |= activation | {f"{name}_pool": nn.MaxPool2d(self.pool)}
        else:
            # The largest of a square is where the largest activation is, since these rise
            # everywhere: pooling first gives the same and leaves less to activate.
            modules |= {f"{name}_pool": nn.MaxPool2d(self.pool)} | activation
        return modules | {f"{name}_dropout": nn.Identity()}

    def _after(self, name: str, side: int) -> int:
        if self.padding == "valid":
            side -= self.kernel - 1
        return side // self.pool if name in self.pooled else side

    def _seen(self, side: int) -> int:
        """How many rows (or columns) of the inputs decide `side` rows after all convolutions."""
        for name in reversed(self.convolution_names()):
            if name in self.pooled:
                side *= self.pool
            side += self.kernel - 1
        return side


def _activation(name: str) -> nn.Module:
    from torch import nn

    kinds: dict[str, type[nn.Module]] = {
        "relu": nn.ReLU,
        "tanh": nn.Tanh,
        "gelu": nn.GELU,
        "linear": nn.Identity,
    }
    return kinds[name]()


def _without_unseen(
    network: nn.Module, inputs: tuple[Tensor, ...], seen: tuple[int, ...]
) -> tuple[Any, ...] | None:
    """Cut off the last rows and columns where no output depends on them.

    Pooling leaves out what fills no whole square, and whatever leads only there would be computed
    for nothing: 17 % of all multiplications in the study `fashion`. Normalization layers see it,
    however, so with them nothing is cut.
    """
    from torch.nn import Identity

    for name, module in network.named_children():
        if name.startswith("conv") and name.endswith("_norm") and not isinstance(module, Identity):
            return None
    height, width = seen
    return (inputs[0][..., :height, :width],)
