"""Small pictures made here, as files of several formats."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

RED, GREEN, BLUE, WHITE, BLACK = (
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 255),
    (0, 0, 0),
)


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def of(pixels: Any, kind: str = "PNG", dtype: Any = np.uint8, **options: Any) -> bytes:
    """A file of pixels `[H, W]` or `[H, W, C]`."""
    return saved(Image.fromarray(np.asarray(pixels, dtype)), kind, **options)


def flat(*colour: int, side: int = 8, kind: str = "PNG", width: int | None = None) -> bytes:
    """One colour, or one gray."""
    value: Any = colour[0] if len(colour) == 1 else colour
    mode = "L" if len(colour) == 1 else "RGB" if len(colour) == 3 else "RGBA"
    return saved(Image.new(mode, (width or side, side), value), kind)


def noise(seed: int, side: int = 8, channels: int = 3) -> bytes:
    """Every seed another picture."""
    shape = (side, side, channels)[: 2 if channels == 1 else 3]
    return of(np.random.default_rng(seed).integers(0, 256, shape))
