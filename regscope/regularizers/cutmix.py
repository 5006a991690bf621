"""CutMix (Yun et al. 2019): a box of every picture that trains is another picture's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Regularizer
from regscope.regularizers.mixup import partners, spread
from regscope.regularizers.step import by_example, each
from regscope.regularizers.targets import rows
from regscope.tasks.base import TaskName

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step


class CutMix(Regularizer):
    """A box of a picture is its partner's, and so is as much of its target as the box is of it.

    The partners of a batch are its pictures in another order. A box would have the share `1 - l` of
    the picture, l from Beta(alpha, alpha), and the picture's proportions; its middle is any pixel,
    all alike, and what lies outside is lost. Every pair has a box of its own, where the paper's
    batch has one; the sides are rounded as in the paper's code and torchvision's CutMix. Classes
    become rows of probabilities. Loss and accuracy are recorded by the label of what is around the
    box.
    """

    name: ClassVar[str] = "cutmix"
    varies: ClassVar[bool] = True
    main: ClassVar[str] = "alpha"
    searched: ClassVar[tuple[float, ...]] = (0.1, 0.2, 0.5, 1, 2)
    tasks: ClassVar[tuple[TaskName, ...]] = ("classification",)
    data_kinds: ClassVar[tuple[str, ...]] = ("image",)
    alpha: Annotated[float, Field(ge=0, le=1000)]

    def batch(self, step: Step, own: Own) -> tuple[Tensor, Tensor]:
        """Of pictures `[P*B, C, H, W]`."""
        pictures = step.inputs
        height, width = pictures.shape[2:]
        size = len(pictures) // own.count
        length, angle, *middle = own.draws.uniform(size, 4).flatten(0, 1).unbind(1)
        part = self._cut(length, angle)
        down, across = (
            _taken(part, drawn, side) for drawn, side in zip(middle, (height, width), strict=True)
        )
        inside = (down.unsqueeze(2) & across.unsqueeze(1)).unsqueeze(1)
        other = partners(own.draws, size)
        targets = rows(step.targets, step.classes)
        share = each(down.sum(1) * across.sum(1) / (height * width), targets)
        mixed = targets * (1 - share) + targets.index_select(0, other) * share
        return pictures.where(~inside, pictures.index_select(0, other)), mixed

    def _cut(self, length: Tensor, angle: Tensor) -> Tensor:
        """`1 - l`, of uniform draws on [-1, 1), all `[N]`."""
        far = spread(length, angle, by_example(self.value, length))
        # The cosine's sign tells on which side of 1/2 l lies.
        return (1 - far.where(angle.abs() <= 0.5, -far)) / 2


def _taken(part: Tensor, drawn: Tensor, size: int) -> Tensor:
    """Which of `size` rows or columns boxes take `[N, size]`, of their part of a picture `[N]`.

    `drawn` `[N]`, uniform on [-1, 1), says where their middles are.
    """
    import torch

    from regscope.arithmetic.functions import square_root

    half = square_root(part).mul(size / 2).floor().unsqueeze(1)
    middle = (drawn + 1).mul(size / 2).floor().unsqueeze(1)
    offset = torch.arange(size, device=drawn.device) - middle
    return (offset >= -half) & (offset < half)
