"""Pictures' files as pixels: known answers, and what is none."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch.nn.functional import interpolate

from regscope.datasets.decoding import BrokenPictureError, decoded, dimensions
from tests.datasets.drawn import BLACK, BLUE, GREEN, RED, WHITE, flat, noise, of, saved

FOUR = [[RED, GREEN], [BLUE, WHITE]]
"""A 2x2 picture whose every turn is another."""


def shown(content: bytes, side: int = 2, channels: Any = None) -> list[Any]:
    """Pixels by row and column: of a gray picture numbers, else red, green and blue."""
    pixels = decoded(content, side, channels).pixels
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    rows = pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
    found: list[Any] = rows.tolist()
    return found


def as_lists(rows: Any) -> list[Any]:
    return [[list(pixel) for pixel in row] for row in rows]


def test_a_palette_gives_its_colours() -> None:
    palette = Image.fromarray(np.array([[0, 1], [2, 3]], np.uint8)).convert("P")
    palette.putpalette([part for row in FOUR for colour in row for part in colour])
    content = saved(palette)
    with Image.open(io.BytesIO(content)) as stored:
        assert stored.mode == "P"
    assert shown(content) == as_lists(FOUR)
    assert decoded(content, 2).mode == "P"


def test_a_palette_of_grays_is_gray_and_so_are_equal_channels() -> None:
    palette = Image.fromarray(np.array([[0, 1], [2, 3]], np.uint8)).convert("P")
    palette.putpalette([level for level in (0, 50, 100, 200) for _ in range(3)])
    picture = decoded(saved(palette), 2)
    assert picture.gray
    assert shown(saved(palette), channels=1) == [[0, 50], [100, 200]]
    assert decoded(flat(7, 7, 7), 2).gray
    assert not decoded(flat(7, 7, 8), 2).gray
    assert decoded(flat(7), 2).gray
    assert decoded(flat(7), 2).pixels.shape == (1, 2, 2)


TURNS: dict[int, Any] = {
    1: [[RED, GREEN], [BLUE, WHITE]],
    2: [[GREEN, RED], [WHITE, BLUE]],
    3: [[WHITE, BLUE], [GREEN, RED]],
    4: [[BLUE, WHITE], [RED, GREEN]],
    5: [[RED, BLUE], [GREEN, WHITE]],
    6: [[BLUE, RED], [WHITE, GREEN]],
    7: [[WHITE, GREEN], [BLUE, RED]],
    8: [[GREEN, WHITE], [RED, BLUE]],
}
"""EXIF: which sides of the stored picture are its top and its left."""


@pytest.mark.parametrize("orientation", TURNS)
def test_exif_turns_a_jpeg(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    blocks = np.kron(np.array(FOUR, np.uint8), np.ones((16, 16, 1), np.uint8))
    content = of(blocks, "JPEG", quality=95, subsampling=0, exif=exif)
    found = np.array(shown(content, 32), int)[8::16, 8::16]
    assert np.abs(found - np.array(TURNS[orientation])).max() <= 3


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_is_none_turns_nothing(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert shown(of(FOUR, exif=exif)) == as_lists(FOUR)


def test_width_and_height_are_those_of_the_turned_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = decoded(of(np.zeros((4, 10)), "JPEG", exif=exif), 2)
    assert (picture.width, picture.height) == (4, 10)


def test_sixteen_bits_are_rounded_to_eight() -> None:
    values = [[0, 128, 129], [257, 32896, 65535], [385, 386, 65406]]
    content = of(values, dtype=np.uint16)
    with Image.open(io.BytesIO(content)) as stored:
        assert stored.mode.startswith("I;16")
    assert shown(content, 3) == [[0, 0, 1], [1, 128, 255], [1, 2, 254]]


def test_sixteen_bits_of_a_colour_are_read() -> None:
    """Pillow reads the upper byte of each."""
    rows = [b"\0" + struct.pack(">6H", 65535, 0, 256, 0, 512, 65280)] * 2
    content = png(2, 2, depth=16, colour=2, data=b"".join(rows))
    assert shown(content) == [[[255, 0, 1], [0, 2, 255]]] * 2


def test_alpha_is_laid_over_white() -> None:
    rows = [[(*RED, 255), (*RED, 0)], [(*BLACK, 51), (*BLUE, 255)]]
    expected = [[RED, WHITE], [(204, 204, 204), BLUE]]
    assert shown(of(rows)) == as_lists(expected)


def test_gray_with_alpha_is_gray_over_white() -> None:
    picture = decoded(saved(Image.new("LA", (2, 2), (100, 0))), 2, 1)
    assert picture.gray
    assert picture.pixels.tolist() == [[[255, 255], [255, 255]]]


def test_a_transparent_colour_is_white() -> None:
    palette = Image.fromarray(np.array([[0, 1], [2, 3]], np.uint8)).convert("P")
    palette.putpalette([part for row in FOUR for colour in row for part in colour])
    expected = as_lists(FOUR)
    expected[0][1] = list(WHITE)
    assert shown(saved(palette, transparency=1)) == expected
    assert shown(of(FOUR, transparency=GREEN)) == expected


def test_cmyk_becomes_red_green_and_blue() -> None:
    cyan, black = (
        Image.new("CMYK", (16, 16), (255, 0, 0, 0)),
        Image.new("CMYK", (16, 16), (0, 0, 0, 255)),
    )
    for picture, expected in ((cyan, (0, 255, 255)), (black, BLACK)):
        found = np.array(shown(saved(picture, "JPEG", quality=95)), int)
        assert np.abs(found - np.array(expected)).max() <= 3
        assert shown(saved(picture, "TIFF")) == [[list(expected)] * 2] * 2


def test_one_bit_is_black_and_white() -> None:
    assert shown(of([[0, 255], [255, 0]], kind="PNG", dtype=np.uint8)) == [[0, 255], [255, 0]]
    bits = Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8)).convert("1")
    assert shown(saved(bits)) == [[0, 255], [255, 0]]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(kind: str) -> None:
    first, second = (Image.new("RGB", (4, 4), colour) for colour in (RED, BLUE))
    lossless = {"lossless": True} if kind == "WEBP" else {}
    content = saved(first, kind, save_all=True, append_images=[second], **lossless)
    picture = decoded(content, 2)
    assert picture.animated
    assert picture.pixels[:, 0, 0].tolist() == list(RED)
    assert not decoded(saved(first, kind), 2).animated


@pytest.mark.parametrize("kind", ["BMP", "GIF", "PNG", "PPM", "TIFF"])
def test_formats_that_lose_nothing_agree(kind: str) -> None:
    assert shown(of(FOUR, kind)) == as_lists(FOUR)


def test_a_picture_of_the_size_is_left_as_it_is() -> None:
    content = noise(1, side=32)
    with Image.open(io.BytesIO(content)) as stored:
        assert np.array_equal(decoded(content, 32).pixels.transpose(1, 2, 0), np.asarray(stored))


def test_the_largest_square_in_the_middle_is_shown() -> None:
    """Six columns, of which the outer two on either side are cut off."""
    row = [0, 0, 100, 200, 255, 255]
    assert shown(of([row, row])) == [[100, 200]] * 2
    assert shown(of(np.array([row, row]).T)) == [[100, 100], [200, 200]]


@pytest.mark.parametrize(("height", "width"), [(60, 40), (41, 97), (20, 20), (101, 33)])
def test_resized_as_torch_does_it(height: int, width: int) -> None:
    """The antialiased resizing that torchvision's Resize is, of the square in the middle."""
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    middle = torch.from_numpy(pixels[top : top + edge, left : left + edge]).permute(2, 0, 1)
    expected = interpolate(middle[None].float(), (16, 16), mode="bilinear", antialias=True)[0]
    found = decoded(of(pixels), 16).pixels.astype(int)
    # Pillow sees beyond the square's edge, and rounds to bytes once a direction.
    assert np.abs(found - expected.numpy())[:, 1:-1, 1:-1].max() <= 1.5


def test_a_fine_grid_is_averaged_and_not_picked_from() -> None:
    grid = np.indices((64, 64)).sum(0) % 2 * 255
    assert np.abs(np.array(shown(of(grid), 8)) - 127.5).max() < 3


def test_large_jpegs_are_reduced_alike() -> None:
    """Unpacked to an eighth, they show what they show whole."""
    down, across = np.mgrid[0:800, 0:1200]
    smooth = (127 + 60 * np.sin(down / 90) + 60 * np.cos(across / 110)).astype(np.uint8)
    found = decoded(of(smooth, "JPEG", quality=95), 16).pixels.astype(int)
    assert np.abs(found - decoded(of(smooth), 16).pixels).max() <= 3


def png(width: int, height: int, depth: int = 8, colour: int = 0, data: bytes = b"") -> bytes:
    """A PNG file from its parts; with no data its header promises what is not there."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


BOMB = "more than 89,478,485 pixels, as a decompression bomb has; shrink it first"

BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty"),
    "text": (lambda: b"no picture at all", "no picture (JPEG, PNG, GIF, BMP, TIFF, WebP or PPM)"),
    "a vector drawing": (
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "no picture (JPEG, PNG, GIF, BMP, TIFF, WebP or PPM)",
    ),
    "a script for a printer": (
        lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n",
        "no picture (JPEG, PNG, GIF, BMP, TIFF, WebP or PPM)",
    ),
    "30,000 x 30,000": (lambda: png(30_000, 30_000), BOMB),
    "10,000 x 10,000": (lambda: png(10_000, 10_000), BOMB),
    "1x1": (lambda: flat(9, side=1), "1x1 pixels; must be at least 2x2"),
    "one row": (lambda: flat(9, side=1, width=50), "50x1 pixels; must be at least 2x2"),
    "a JPEG cut short": (
        lambda: noise_jpeg()[:700],
        "not a whole picture (image file is truncated",
    ),
    "a PNG cut short": (lambda: noise(0, 64)[:-3000], "not a whole picture (image file is trunc"),
    "a PNG without data": (lambda: png(8, 8), "not a whole picture (image file is truncated"),
    "a GIF of its header alone": (
        lambda: b"GIF89a\x02\0\x02\0\0\0\0",
        "no picture (JPEG, PNG, GIF, BMP, TIFF, WebP or PPM)",
    ),
    "floats": (
        lambda: of(np.ones((4, 4)), "TIFF", np.float32),
        "its pixels are floats (mode F); save them as bytes",
    ),
    "32 bits": (
        lambda: of([[0, 1], [2, 70_000]], "TIFF", np.int32),
        "its pixels reach from 0 to 70000; save them in 16 bits, 0 to 65535",
    ),
}


def noise_jpeg() -> bytes:
    return of(np.random.default_rng(0).integers(0, 256, (64, 64, 3)), "JPEG")


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_picture_says_why(what: str) -> None:
    make, why = BROKEN[what]
    with pytest.raises(BrokenPictureError) as error:
        decoded(make(), 8)
    assert str(error.value).startswith(why)
    assert "\n" not in str(error.value)


def test_dimensions_are_had_of_the_header_alone() -> None:
    assert dimensions(png(5000, 300)) == (5000, 300)
    with pytest.raises(BrokenPictureError, match="no picture"):
        dimensions(b"text")


SEEDS = {
    "PNG": noise(3, 12),
    "JPEG": noise_jpeg(),
    "GIF": of(FOUR, "GIF"),
    "BMP": of(FOUR, "BMP"),
    "TIFF": of(FOUR, "TIFF"),
    "PPM": of(FOUR, "PPM"),
    "WEBP": of(FOUR, "WEBP"),
}


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6),
    st.integers(0, 10_000),
)
def test_damaged_files_are_pictures_or_told(
    kind: str, changes: list[tuple[int, int]], end: int
) -> None:
    """Whatever is flipped or cut off, nothing else is raised."""
    content = bytearray(SEEDS[kind])
    for place, value in changes:
        content[place % len(content)] = value
    try:
        picture = decoded(bytes(content[: end % (2 * len(content))]), 4)
    except BrokenPictureError:
        pass
    else:
        assert picture.pixels.shape in ((1, 4, 4), (3, 4, 4))
