"""A small residual network for pictures (He et al. 2016): stem, block1, block2, ..., output."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from regscope.base.errors import RegscopeError
from regscope.base.settings import refusal
from regscope.models.base import ModelSettings
from regscope.models.own_normalization import NormalizationOfMaps, after
from regscope.models.slots import Slots

if TYPE_CHECKING:
    from torch import nn

STAGES = 3
SMALLEST = 8
"""Rows and columns of a picture: two strides of 2 leave maps of 2x2."""


class ResNet(ModelSettings):
    """The residual network of He et al. 2016, "Deep residual learning", section 4.2, for CIFAR.

    A convolution of 3x3, `stem`; three stages of n blocks, the later two beginning with a stride of
    2 and twice the channels; the mean over each map; a dense output. In a block, the branch is
    convolution, normalization, ReLU, convolution, normalization; what goes around is added, then
    comes a ReLU. Shortcuts have no parameters.

    depth: layers with weights, 6n + 2.
    width: channels of the stem and the first stage.
    normalization: after every convolution; `batch` is the paper's. Up to 20 layers train without,
        too: a ReLU halves what Glorot's weights pass on, so that no branch adds as much as arrives.
    groups: of `normalization: group`; each has as many channels.

    Dropout has its place in every branch, between the convolutions (Zagoruyko and Komodakis 2016,
    "Wide residual networks"), and before the output.
    """

    kind: Literal["resnet"] = "resnet"
    depth: Literal[8, 14, 20] = 8
    width: Annotated[int, Field(ge=1, le=10_000)] = 16
    normalization: NormalizationOfMaps = "none"
    groups: Annotated[int, Field(ge=1, le=10_000)] | None = None

    @model_validator(mode="after")
    def _groups_divide(self) -> ResNet:
        if self.normalization != "group":
            if self.groups is not None:
                raise refusal("groups", self.groups, "only with normalization group")
        elif self.groups is None:
            raise refusal("groups", None, "must be given with normalization group")
        elif self.width % self.groups:
            raise refusal("groups", self.groups, f"must divide the width, {self.width}")
        return self

    def own_normalization(self) -> str:
        return self.normalization

    def block_names(self) -> tuple[str, ...]:
        return tuple(f"block{index}" for index in range(1, STAGES * self._in_a_stage + 1))

    def layer_names(self) -> tuple[str, ...]:
        return (*self._convolution_names(), "output")

    def slots(self) -> Slots:
        return {
            "norm": self._convolution_names() if self.normalization == "none" else (),
            "dropout": (*self.channel_layers(), "pooled"),
            "residual": self.block_names(),
        }

    def channel_layers(self) -> tuple[str, ...]:
        return tuple(f"{block}.conv1" for block in self.block_names())

    def build(self, input_shape: tuple[int, ...], classes: int) -> nn.Module:
        """The network; raises RegscopeError where inputs are no pictures or too small ones."""
        from torch import nn

        from regscope.models.convolutional.residual_network import Block, ResidualNetwork

        if len(input_shape) != 3:
            raise RegscopeError(
                f"model.kind = resnet: needs pictures, and these inputs have the shape"
                f" {list(input_shape)}: choose another kind"
            )
        channels, height, columns = input_shape
        if min(height, columns) < SMALLEST:
            raise RegscopeError(
                f"model.kind = resnet: pictures of {height}x{columns} are too small for its"
                f" strides, which need {SMALLEST}x{SMALLEST}: choose another kind"
            )
        stem = self._convolution("stem", channels, self.width) | {"stem_activation": nn.ReLU()}
        blocks = {}
        width = self.width
        for index, name in enumerate(self.block_names()):
            stage, place = divmod(index, self._in_a_stage)
            stride = 2 if stage and not place else 1
            wider = self.width * 2**stage
            branch = OrderedDict(
                **self._convolution("conv1", width, wider, stride),
                conv1_activation=nn.ReLU(),
                conv1_dropout=nn.Identity(),
                **self._convolution("conv2", wider, wider),
            )
            blocks[name] = Block(nn.Sequential(branch), stride, wider)
            width = wider
        return ResidualNetwork(stem, blocks, width, classes)

    @property
    def _in_a_stage(self) -> int:
        return (self.depth - 2) // (2 * STAGES)

    def _convolution_names(self) -> tuple[str, ...]:
        inner = (f"{block}.conv{index}" for block in self.block_names() for index in (1, 2))
        return ("stem", *inner)

    def _convolution(
        self, name: str, channels: int, filters: int, stride: int = 1
    ) -> dict[str, nn.Module]:
        from torch import nn

        # The mean that batch normalization takes away holds the bias.
        bias = self.normalization != "batch"
        layer = nn.Conv2d(channels, filters, 3, stride, padding=1, bias=bias)
        return {name: layer, **after(name, layer, self.normalization, self.groups or 1)}
