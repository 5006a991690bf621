"""Changed pictures `[N, C, H, W]` with values in [0, 1], each by an amount of its own.

Pure functions of a batch and one amount a picture; the batch they are given stays as it is.
Brightness, contrast and saturation are those of `tf.image` on pictures of floats: nothing is cut
in between, so whoever applies several of them cuts to [0, 1] at the end.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional


def flipped(pictures: Tensor, chosen: Tensor, axis: Literal[2, 3]) -> Tensor:
    """Mirrored where `chosen` `[N]` is true: top to bottom along axis 2, left to right along 3."""
    return torch.where(_each(chosen), pictures.flip(axis), pictures)


def brightened(pictures: Tensor, amount: Tensor) -> Tensor:
    """`x + amount`, `amount` `[N]`."""
    return pictures + _each(amount)


def contrasted(pictures: Tensor, factor: Tensor) -> Tensor:
    """`m + factor * (x - m)`: `factor` `[N]`, m the mean of the picture's channel."""
    mean = pictures.mean((2, 3), keepdim=True)
    # Three passes; torch's lerp takes three times as long with one weight for many values.
    return (pictures - mean).mul_(_each(factor)).add_(mean)


def saturated(pictures: Tensor, factor: Tensor) -> Tensor:
    """HSV's saturation times `factor` `[N]`, at most 1; hue and value stay.

    With V the largest and m the smallest channel of a pixel, its saturation is s = (V - m) / V
    (Smith 1978, "Color gamut transform pairs"). At the same hue and value every channel's distance
    from V goes with s, so c becomes `V - (V - c) * min(s * factor, 1) / s`, and grey stays grey.
    Where another change has left V negative, no channel comes out above 0.
    """
    value = pictures.amax(1, keepdim=True)
    reach = value - pictures.amin(1, keepdim=True)
    # 1 / s is infinite for grey, whose channels are all at V in any case.
    inverse = value / reach.clamp_min_(torch.finfo(reach.dtype).tiny)
    return torch.lerp(value, pictures, torch.minimum(_each(factor), inverse))


def _each(amount: Tensor) -> Tensor:
    return amount.view(-1, 1, 1, 1)


def affine(pictures: Tensor, shift: Tensor, angle: Tensor) -> Tensor:
    """Rotate `pictures` about their centres by `angle` `[N]` (radians), then shift.

    `shift` `[N, 2]` is in fractions of width and height. Bilinear, zeros outside.
    """
    # A grid's axes both run from -1 to 1: a rotation in them is one of pixels only with this.
    aspect = pictures.shape[3] / pictures.shape[2]
    cos, sin = angle.cos(), angle.sin()
    across, down = (shift * -2).unbind(1)
    by_column = torch.stack([cos, sin * aspect], 1)
    by_row = torch.stack([-sin / aspect, cos], 1)
    origin = torch.stack(
        [cos * across - sin / aspect * down, sin * aspect * across + cos * down], 1
    )
    grid = affine_grid(by_column, by_row, origin, pictures.shape[2], pictures.shape[3])
    return functional.grid_sample(pictures, grid, padding_mode="zeros", align_corners=False)


def affine_grid(
    by_column: Tensor, by_row: Tensor, origin: Tensor, height: int, width: int
) -> Tensor:
    """`x * by_column + y * by_row + origin` (`[N, 2]` each) at all pixels, `[N, H, W, 2]`.

    x and y are the pixels' centres on axes from -1 to 1. Torch's function of this name takes ten
    times as long on a processor.
    """
    device = by_column.device
    x = ((torch.arange(width, device=device) * 2 + 1) / width - 1).view(1, width, 1)
    y = ((torch.arange(height, device=device) * 2 + 1) / height - 1).view(1, height, 1)
    # Pairs side by side, so that the addition below runs over long rows.
    in_row = (by_column.unsqueeze(1) * x + origin.unsqueeze(1)).flatten(1).unsqueeze(1)
    grid = torch.addcmul(in_row, by_row.repeat(1, width).unsqueeze(1), y)
    return grid.view(-1, height, width, 2)
