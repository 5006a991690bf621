"""Cutout (DeVries and Taylor 2017): a square of every picture is hidden while training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.base.errors import RegscopeError
from regscope.regularizers.base import Regularizer
from regscope.regularizers.step import by_example

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step


class Cutout(Regularizer):
    """A square of `side` pixels becomes the mean of its channel, in every picture that trains.

    Its middle is any pixel, all alike, drawn for each picture every time: the square may reach over
    the border, and what lies outside is lost. Of an even `side` the middle is the first pixel after
    it. The paper's pictures are normalized and the square 0, the mean of the training set; here it
    is the mean over the batch's pictures, channel by channel.
    """

    name: ClassVar[str] = "cutout"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "side"
    searched: ClassVar[tuple[float, ...]] = (1, 2, 3, 4, 6, 8, 12, 16)
    data_kinds: ClassVar[tuple[str, ...]] = ("image",)
    side: Annotated[int, Field(ge=0, le=1_000_000)]

    def check_examples(self, shape: tuple[int, ...]) -> None:
        """Refuse pictures `[C, H, W]` both of whose sides are shorter than `side`."""
        height, width = shape[1:]
        for side, _ in self.runs:
            if side > max(height, width):
                raise RegscopeError(
                    f"{self.name}.side = {side:g}: at most {max(height, width)}, since the"
                    f" pictures are {height} x {width}"
                )

    def batch(self, step: Step, own: Own) -> tuple[Tensor, Tensor]:
        """Of pictures `[P*B, C, H, W]`. Raises what `check_examples` raises."""
        pictures = step.inputs
        height, width = pictures.shape[2:]
        self.check_examples(tuple(pictures.shape[1:]))
        drawn = own.draws.uniform(len(pictures) // own.count, 2).flatten(0, 1)
        down, across = self._hidden(drawn[:, 0], height), self._hidden(drawn[:, 1], width)
        hidden = (down.unsqueeze(2) & across.unsqueeze(1)).unsqueeze(1)
        return pictures.where(~hidden, means(pictures, own.count)), step.targets

    def _hidden(self, drawn: Tensor, size: int) -> Tensor:
        """Which of `size` rows or columns the squares take `[N, size]`, of uniform draws `[N]`."""
        import torch

        middle = (drawn + 1).mul(size / 2).floor().unsqueeze(1)
        side = by_example(self.value, middle)
        offset = torch.arange(size, device=drawn.device) - middle + side // 2
        return (offset >= 0) & (offset < side)


def means(pictures: Tensor, places: int) -> Tensor:
    """Of every place's pictures by channel, `[P*B, C, 1, 1]`."""
    count, channels = pictures.shape[:2]
    by_place = pictures.view(places, -1, *pictures.shape[1:])
    found = by_place.transpose(1, 2).flatten(0, 1).flatten(1).mean(1)
    each = found.view(places, 1, channels).expand(-1, count // places, -1)
    return each.reshape(count, channels, 1, 1)
