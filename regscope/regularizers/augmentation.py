"""Augmentation: small random changes of the inputs that keep their meaning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Regularizer, Target
from regscope.regularizers.order import Order
from regscope.settings import refusal

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.training.streams import Streams

Amount = Annotated[float, Field(ge=0, le=1e6)]

USUAL = {"image": {"shift": 0.07, "rotation": 10.0}, "points": {"jitter": 0.1}}


class Augmentation(Regularizer):
    """What it does depends on the data; `strength` multiplies all amounts.

    Images are shifted by up to `shift` (a fraction of the side, default 0.07: two of 28 pixels)
    and rotated by up to `rotation` degrees (default 10), uniformly, bilinear, zeros outside
    (the affine family of Simard, Steinkraus and Platt 2003). Points get Gaussian noise of
    standard deviation `jitter` (default 0.1, in units of the inputs; Bishop 1995).
    Every picture and point has a draw of its own in every epoch.
    """

    name: ClassVar[str] = "augmentation"
    order: ClassVar[Order] = Order.AUGMENTATION
    strength: Amount
    shift: Amount | None = None
    rotation: Amount | None = None
    jitter: Amount | None = None

    def check(self, target: Target) -> None:
        usual = USUAL.get(target.data_kind)
        if usual is None:
            raise refusal(self.name, None, f"there is none for {target.data_kind} data")
        for option in ("shift", "rotation", "jitter"):
            value = getattr(self, option)
            if value is not None and option not in usual:
                raise refusal(
                    f"{self.name}.{option}",
                    value,
                    f"does nothing to {target.data_kind} data; options there: {', '.join(usual)}",
                )

    def amount(self, kind: str, option: str) -> float:
        chosen: float | None = getattr(self, option)
        return self.strength * (USUAL[kind][option] if chosen is None else chosen)

    def batch(self, inputs: Tensor, targets: Tensor, draws: Streams) -> tuple[Tensor, Tensor]:
        size = len(inputs) // draws.count
        if inputs.dim() == 2:
            noise = draws.normal(size, inputs.shape[1]).flatten(0, 1)
            return inputs + noise * self.amount("points", "jitter"), targets
        shift, rotation = self.amount("image", "shift"), self.amount("image", "rotation")
        drawn = draws.uniform(size, 3).flatten(0, 1)
        return affine(inputs, drawn[:, :2] * shift, drawn[:, 2] * math.radians(rotation)), targets


def affine(images: Tensor, shift: Tensor, angle: Tensor) -> Tensor:
    """Rotate images `[N, C, H, W]` about their centres by `angle` `[N]` (radians), then shift.

    `shift` `[N, 2]` is in fractions of width and height. Bilinear, zeros outside.
    """
    import torch
    from torch.nn import functional

    # A grid's axes both run from -1 to 1: a rotation in them is one of pixels only with this.
    aspect = images.shape[3] / images.shape[2]
    cos, sin = angle.cos(), angle.sin()
    across, down = (shift * -2).unbind(1)
    by_column = torch.stack([cos, sin * aspect], 1)
    by_row = torch.stack([-sin / aspect, cos], 1)
    origin = torch.stack(
        [cos * across - sin / aspect * down, sin * aspect * across + cos * down], 1
    )
    grid = affine_grid(by_column, by_row, origin, images.shape[2], images.shape[3])
    return functional.grid_sample(images, grid, padding_mode="zeros", align_corners=False)


def affine_grid(
    by_column: Tensor, by_row: Tensor, origin: Tensor, height: int, width: int
) -> Tensor:
    """`x * by_column + y * by_row + origin` (`[N, 2]` each) at all pixels, `[N, H, W, 2]`.

    x and y are the pixels' centres on axes from -1 to 1. Torch's function of this name takes ten
    times as long on a processor.
    """
    import torch

    device = by_column.device
    x = ((torch.arange(width, device=device) * 2 + 1) / width - 1).view(1, width, 1)
    y = ((torch.arange(height, device=device) * 2 + 1) / height - 1).view(1, height, 1)
    # Pairs side by side, so that the addition below runs over long rows.
    in_row = (by_column.unsqueeze(1) * x + origin.unsqueeze(1)).flatten(1).unsqueeze(1)
    grid = torch.addcmul(in_row, by_row.repeat(1, width).unsqueeze(1), y)
    return grid.view(-1, height, width, 2)
