"""The module of `regscope.models.resnet`: a convolution, residual blocks, a mean and an output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from regscope.models.convolutional.pooled import Pooled


@dataclass(frozen=True)
class Block:
    """A residual branch, and how its inputs come to the size of its outputs."""

    branch: nn.Sequential
    stride: int
    channels: int


class ResidualNetwork(nn.Module):
    """Pictures `[B, C, H, W]` to logits `[B, classes]`.

    `stem` are the modules before the blocks; every block is `relu(shortcut(x) + branch(x))`.
    """

    def __init__(
        self, stem: Mapping[str, nn.Module], blocks: Mapping[str, Block], width: int, classes: int
    ) -> None:
        super().__init__()
        self._stem, self._blocks = tuple(stem), tuple(blocks)
        for name, module in stem.items():
            self.add_module(name, module)
        for name, block in blocks.items():
            self.add_module(name, block.branch)
            self.add_module(f"{name}_residual", nn.Identity())
            self.add_module(f"{name}_shortcut", Shortcut(block.stride, block.channels))
            self.add_module(f"{name}_activation", nn.ReLU())
        self.pooled = Pooled(width)
        self.pooled_dropout = nn.Identity()
        self.output = nn.Linear(width, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        hidden = self._through(self._stem, pictures)
        for name in self._blocks:
            added = self._through((name, f"{name}_residual"), hidden)
            around = self._through((f"{name}_shortcut",), hidden)
            hidden = self._through((f"{name}_activation",), around + added)
        return self._through(("pooled", "pooled_dropout", "output"), hidden)

    def _through(self, names: Sequence[str], values: Tensor) -> Tensor:
        for name in names:
            values = self.get_submodule(name)(values)
        return values


class Shortcut(nn.Module):
    """Every `stride`-th row and column, and zeros for the channels that are not there yet.

    It has no parameters: He et al. 2016, section 4.2 ("option A").
    """

    def __init__(self, stride: int, channels: int) -> None:
        super().__init__()
        self.stride, self.channels = stride, channels

    def forward(self, maps: Tensor) -> Tensor:
        lacking = self.channels - maps.shape[1]
        if self.stride == 1 and not lacking:
            return maps
        return functional.pad(maps[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, lacking))
