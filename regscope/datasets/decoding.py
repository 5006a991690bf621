"""A picture's file as the pixels that a study sees: one size, gray or red, green and blue."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from regscope.base.foreign import said

if TYPE_CHECKING:
    from PIL.Image import Image

Channels = Literal[1, 3]

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
NAMED = "JPEG, PNG, GIF, BMP, TIFF, WebP or PPM"
MOST_PIXELS = 89_478_485
"""Pillow's own bound, a quarter of a gigabyte in three channels."""
SMALLEST = 2
"""Rows and columns of a picture that can show anything."""
GAP = 3
"""A large picture is first reduced by a whole factor, to at least so many times its final size."""

# What Pillow raises over damaged files of its several formats.
_DAMAGES = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError,
    OverflowError, RuntimeError, MemoryError, struct.error, zlib.error,
)  # fmt: skip

_ORIENTATION = 0x0112


class BrokenPictureError(Exception):
    """A file that is no picture that can be read; its text says why, without the file's name."""


@dataclass(frozen=True)
class Picture:
    """What a file holds.

    width, height: as it is to be looked at, turned by its EXIF orientation.
    mode: Pillow's name of how its pixels are stored.
    animated: it has several frames, of which the first is taken.
    pixels: bytes `[C, side, side]`.
    gray: the channels are equal in every pixel.
    """

    width: int
    height: int
    mode: str
    animated: bool
    pixels: np.ndarray
    gray: bool


def dimensions(content: bytes) -> tuple[int, int]:
    """Width and height as its header says, not turned; raises BrokenPictureError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _opened(content).size


def decoded(content: bytes, side: int, channels: Channels | None = None) -> Picture:
    """The largest square in the picture's middle, as `side` rows and columns.

    It is resized with an antialiased triangle filter, as torchvision's Resize and CenterCrop do
    with a shorter side of `side`; a picture of that size is left as it is. Alpha is laid over
    white, 16 bits are rounded to 8, palettes and CMYK become red, green and blue, of an animation
    the first frame is taken. `channels` None leaves gray pictures one channel where they are
    stored so.

    Raises BrokenPictureError where the file is no picture, not whole, too large or too small.
    """
    with warnings.catch_warnings():
        # Of metadata that are none, and of sizes that are refused here.
        warnings.simplefilter("ignore")
        picture = _opened(content)
        try:
            return _read(picture, side, channels)
        except _DAMAGES as error:
            raise BrokenPictureError(f"not a whole picture ({said(error)})") from error
        finally:
            picture.close()


def _opened(content: bytes) -> Image:
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise BrokenPictureError(_TOO_LARGE) from error
    except UnidentifiedImageError as error:
        raise BrokenPictureError(f"no picture ({NAMED})" if content else "empty") from error
    except _DAMAGES as error:
        raise BrokenPictureError(f"not a whole picture ({said(error)})") from error
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise BrokenPictureError(_TOO_LARGE)
    if min(width, height) < SMALLEST:
        raise BrokenPictureError(f"{width}x{height} pixels; must be at least {SMALLEST}x{SMALLEST}")
    return picture


_TOO_LARGE = f"more than {MOST_PIXELS:,} pixels, as a decompression bomb has; shrink it first"


def _read(picture: Image, side: int, channels: Channels | None) -> Picture:
    width, height = picture.size
    mode = picture.mode
    animated = bool(getattr(picture, "is_animated", False)) and picture.format != "MPO"
    orientation = _orientation(picture)
    if min(width, height) > GAP * side:
        # JPEG unpacks to an eighth, a quarter or a half in a fraction of the time.
        picture.draft(None, (GAP * side, GAP * side))
    picture.load()
    shown = _turned(_square(_in_bytes(picture), side), orientation)
    if orientation > 4:
        width, height = height, width
    if channels is not None:
        shown = shown.convert("L" if channels == 1 else "RGB")
    pixels = np.array(shown)
    if pixels.ndim == 2:
        return Picture(width, height, mode, animated, pixels[None], gray=True)
    gray = bool((pixels == pixels[..., :1]).all())
    pixels = np.ascontiguousarray(pixels.transpose(2, 0, 1))
    return Picture(width, height, mode, animated, pixels, gray)


def _in_bytes(picture: Image) -> Image:
    """Of mode L or RGB, whatever the pixels were stored as."""
    from PIL import Image

    mode = picture.mode
    if mode == "F":
        raise BrokenPictureError("its pixels are floats (mode F); save them as bytes")
    if mode.startswith("I"):
        return _from_16_bits(picture)
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    wanted = "L" if mode in ("1", "L") else "RGB"
    return picture if mode == wanted else picture.convert(wanted)


def _from_16_bits(picture: Image) -> Image:
    from PIL import Image

    values = np.asarray(picture).astype(np.int64)
    if values.min() < 0 or values.max() > 65_535:
        raise BrokenPictureError(
            f"its pixels reach from {values.min()} to {values.max()}; save them in 16 bits, 0 to"
            " 65535"
        )
    # 65535 is 255 times 257.
    return Image.fromarray(((values + 128) // 257).astype(np.uint8))


def _square(picture: Image, side: int) -> Image:
    from PIL import Image

    width, height = picture.size
    if width == height == side:
        return picture
    edge = min(width, height)
    left, top = (width - edge) / 2, (height - edge) / 2
    return picture.resize(
        (side, side),
        Image.Resampling.BILINEAR,
        box=(left, top, left + edge, top + edge),
        reducing_gap=GAP,
    )


def _orientation(picture: Image) -> int:
    """1 to 8, as EXIF has it; 1 where it has none that can be read."""
    try:
        found = picture.getexif().get(_ORIENTATION, 1)
    except _DAMAGES:
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _turned(picture: Image, orientation: int) -> Image:
    from PIL.Image import Transpose

    how = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)
    return picture if how is None else picture.transpose(how)
