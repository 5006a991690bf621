"""A convolutional network for images: conv1, conv2, ..., dense1, ..., output."""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import Field, model_validator

from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.base.settings import Settings, left_out, refusal
from regscope.models.base import ModelSettings
from regscope.models.geometry import Padding, covered, same_margins, windows
from regscope.models.own_normalization import Normalization, after
from regscope.models.slots import Slots

if TYPE_CHECKING:
    from torch import Tensor, nn

Width = Annotated[int, Field(ge=1, le=100_000)]
Side = Annotated[int, Field(ge=1, le=1000)]
Activation = Literal["relu", "tanh", "gelu"]
Value = TypeVar("Value", int, Padding)


class ResponseNormalization(Settings):
    """Of `regscope.models.convolutional.response_norm.ResponseNorm`, with tensorflow's names."""

    depth_radius: Annotated[int, Field(ge=0, le=1000)] = 5
    bias: Annotated[float, Field(gt=0)] = 2.0
    alpha: Annotated[float, Field(ge=0)] = 0.0001
    beta: Annotated[float, Field(ge=0)] = 0.75


class CNN(ModelSettings):
    """Convolutions, each with an activation, then fully connected layers and the output.

    filters: output channels of conv1, conv2, ...
    kernel, stride: the side of every kernel, and how far apart its places lie; a number for all
        convolutions, or a list with one for each.
    padding: `valid` adds nothing; `same` adds zeros so that as many places fit as a side has
        strides, rounded up; of an odd number of rows one more after than before, as tensorflow
        does it. One for all convolutions, or a list with one for each.
    pooled: the convolutions that are followed by max pooling.
    pool, pool_stride: the side of the pooled squares, and how far apart they lie; side by side
        without `pool_stride`.
    pool_padding: `valid` leaves out what fills no whole square; `same` pools that too, in as many
        squares as a side has strides, rounded up, and so never empties a picture.
    activation: after every convolution.
    response_normalized: the convolutions with local response normalization after the activation
        and before pooling, by `response_normalization`.
    dense: widths of dense1, dense2, ...; may be empty.
    dense_activation: after each of them; `linear` is none.
    normalization: between every convolution or dense layer and its activation.
    """

    kind: Literal["cnn"] = "cnn"
    filters: Annotated[tuple[Width, ...], Field(min_length=1)]
    kernel: Side | tuple[Side, ...] = 3
    stride: Side | tuple[Side, ...] = 1
    padding: Padding | tuple[Padding, ...] = "valid"
    pooled: tuple[str, ...] = ()
    pool: Annotated[int, Field(ge=2, le=1000)] = 2
    pool_stride: Side | None = None
    pool_padding: Padding = "valid"
    activation: Activation = "relu"
    response_normalized: tuple[str, ...] = ()
    response_normalization: ResponseNormalization = ResponseNormalization()
    dense: tuple[Width, ...] = ()
    dense_activation: Activation | Literal["linear"] = "relu"
    normalization: Normalization = left_out("none")

    @model_validator(mode="after")
    def _named_are_convolutions(self) -> CNN:
        known = self.convolution_names()
        for key in ("pooled", "response_normalized"):
            for name in getattr(self, key):
                if name not in known:
                    raise refusal(key, name, choose(known))
        return self

    @model_validator(mode="after")
    def _lists_have_one_each(self) -> CNN:
        count = len(self.filters)
        for key in ("kernel", "stride", "padding"):
            value = getattr(self, key)
            if isinstance(value, tuple) and len(value) != count:
                raise refusal(key, value, f"must be one for all, or a list of {count} as filters")
        return self

    @model_validator(mode="after")
    def _squares_can_be_padded(self) -> CNN:
        if self.pool_padding == "same" and self.pool_stride == 1 and self.pool % 2 == 0:
            raise refusal("pool", self.pool, "must be odd with pool_padding same, pool_stride 1")
        return self

    def convolution_names(self) -> tuple[str, ...]:
        return tuple(f"conv{index}" for index in range(1, len(self.filters) + 1))

    def dense_names(self) -> tuple[str, ...]:
        return tuple(f"dense{index}" for index in range(1, len(self.dense) + 1))

    def hidden_names(self) -> tuple[str, ...]:
        return (*self.convolution_names(), *self.dense_names())

    def layer_names(self) -> tuple[str, ...]:
        return (*self.hidden_names(), "output")

    def slots(self) -> Slots:
        return {
            "norm": self.hidden_names() if self.normalization == "none" else (),
            "dropout": self.hidden_names(),
        }

    def channel_layers(self) -> tuple[str, ...]:
        return self.convolution_names()

    def own_normalization(self) -> str:
        return self.normalization

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
            modules |= self._convolution(name, channels, filters, size)
            channels, size = filters, [self._after(name, side) for side in size]
            if min(size) < 1:
                raise RegscopeError(
                    f"model.filters = {list(self.filters)}: pictures of {input_shape[1]}x"
                    f"{input_shape[2]} are too small for so many convolutions and poolings"
                )
        modules["flatten"] = nn.Flatten()
        width = channels * math.prod(size)
        for name, units in zip(self.dense_names(), self.dense, strict=True):
            layer = nn.Linear(width, units)
            modules |= {name: layer, **after(name, layer, self.normalization)}
            modules[f"{name}_activation"] = _activation(self.dense_activation)
            modules[f"{name}_dropout"] = nn.Identity()
            width = units
        modules["output"] = nn.Linear(width, classes)
        network = nn.Sequential(modules)
        padded = {self._of(name, self.padding) for name in self.convolution_names()}
        leaves_out = padded == {"valid"} and not (self.pooled and self.pool_padding == "same")
        if leaves_out and self.normalization == "none":
            seen = tuple(self._seen(side) for side in size)
            network.register_forward_pre_hook(partial(_without_unseen, seen=seen))
        return network

    def _convolution(
        self, name: str, channels: int, filters: int, size: list[int]
    ) -> dict[str, nn.Module]:
        from torch import nn

        kernel, stride = self._of(name, self.kernel), self._of(name, self.stride)
        modules: dict[str, nn.Module] = {}
        padding: str | tuple[int, int] = self._of(name, self.padding)
        # Torch's own `same` knows no strides and warns of even kernels.
        if padding == "same" and (stride > 1 or kernel % 2 == 0):
            (top, bottom), (left, right) = (same_margins(side, kernel, stride) for side in size)
            if (top, left) == (bottom, right):
                padding = (top, left)
            else:
                modules[f"{name}_margin"] = nn.ZeroPad2d((left, right, top, bottom))
                padding = "valid"
        layer = nn.Conv2d(channels, filters, kernel, stride, padding)
        modules |= {name: layer, **after(name, layer, self.normalization)}
        activation = {f"{name}_activation": _activation(self.activation)}
        pooling = self._pooling(name, [self._convolved(name, side) for side in size])
        if name in self.response_normalized:
            modules |= activation | self._response(name) | pooling
        elif self.activation == "gelu":
            modules |= activation | pooling
        else:
            # The largest of a square is where the largest activation is, since these rise
            # everywhere: pooling first gives the same and leaves less to activate.
            modules |= pooling | activation
        return modules | {f"{name}_dropout": nn.Identity()}

    def _pooling(self, name: str, size: list[int]) -> dict[str, nn.Module]:
        from torch import nn

        if name not in self.pooled:
            return {}
        stride = self.pool_stride or self.pool
        if self.pool_padding == "valid":
            return {f"{name}_pool": nn.MaxPool2d(self.pool, stride)}
        before = tuple(same_margins(side, self.pool, stride)[0] for side in size)
        # The last square may go beyond the picture, by one more than the first.
        return {f"{name}_pool": nn.MaxPool2d(self.pool, stride, before, ceil_mode=True)}

    def _response(self, name: str) -> dict[str, nn.Module]:
        from regscope.models.convolutional.response_norm import ResponseNorm

        return {f"{name}_response": ResponseNorm(**self.response_normalization.model_dump())}

    def _of(self, name: str, value: Value | tuple[Value, ...]) -> Value:
        if isinstance(value, tuple):
            return value[self.convolution_names().index(name)]
        return value

    def _convolved(self, name: str, side: int) -> int:
        kernel, stride = self._of(name, self.kernel), self._of(name, self.stride)
        return windows(side, kernel, stride, self._of(name, self.padding))

    def _after(self, name: str, side: int) -> int:
        side = self._convolved(name, side)
        if name not in self.pooled:
            return side
        return windows(side, self.pool, self.pool_stride or self.pool, self.pool_padding)

    def _seen(self, side: int) -> int:
        """How many rows (or columns) of the inputs decide `side` rows after all convolutions."""
        for name in reversed(self.convolution_names()):
            if name in self.pooled:
                side = covered(side, self.pool, self.pool_stride or self.pool)
            side = covered(side, self._of(name, self.kernel), self._of(name, self.stride))
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
