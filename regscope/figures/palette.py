"""Pictures in 256 colours, which halves their size and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURS = 256
SAMPLED = 3
"""The palette is made from every so many pixels of every so many rows."""


def indexed(pixels: np.ndarray) -> Image:
    """The opaque RGBA picture `[H, W, 4]` (uint8), every pixel in the nearest palette colour.

    Where translucent bands overlap there are thousands of colours: a palette from some of the
    pixels is as good as one from all, and many times quicker.
    """
    from PIL import Image

    # Maximum coverage keeps small marks in their colour, which median cut gives away.
    some = np.ascontiguousarray(pixels[::SAMPLED, ::SAMPLED, :3])
    sample = Image.fromarray(some).quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
    palette = np.array(sample.getpalette(), np.float32).reshape(-1, 3)
    # One look-up table over all 24-bit colours, filled where the picture has them.
    codes = np.ascontiguousarray(pixels).view("<u4")[:, :, 0] & 0xFFFFFF
    present = np.zeros(1 << 24, bool)
    present[codes.ravel()] = True
    found = np.flatnonzero(present)
    table = np.zeros(1 << 24, np.uint8)
    table[found] = _nearest(found, palette)
    picture = Image.fromarray(table[codes])
    picture.putpalette(palette.astype(np.uint8).tobytes())
    return picture


def _nearest(codes: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """The palette index of each colour `[n]`, red in the lowest byte, by distance in RGB."""
    colours = np.stack([codes & 255, codes >> 8 & 255, codes >> 16], axis=1).astype(np.float32)
    # |c - p|^2 without |c|^2, which is the same for every p.
    distance = np.square(palette).sum(1) - 2 * colours @ palette.T
    index: np.ndarray = distance.argmin(1)
    return index
