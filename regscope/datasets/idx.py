"""The IDX format, and the data sets that come as MNIST does: four files of it."""

import gzip
import math
import zlib
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from regscope.base.errors import RegscopeError
from regscope.datasets.base import Dataset
from regscope.datasets.fetch import RemoteFiles, fetch


class LikeMNIST:
    """60,000 training and 10,000 test pictures of 28x28 bytes, scaled by 1/255.

    A part of a `Source`, which adds its name, `classes` and `files`.
    """

    classes: ClassVar[tuple[str, ...]]
    files: ClassVar[RemoteFiles]

    @property
    def kind(self) -> Literal["image"]:
        return "image"

    @property
    def size(self) -> int:
        return 70_000

    @property
    def official_train(self) -> int:
        return 60_000

    def download(self, folder: Path) -> None:
        fetch(self.files, folder)

    def prepare(self, raw: Path) -> Dataset:
        parts = ("train", "t10k")
        images = np.concatenate([read_idx(raw / f"{part}-images-idx3-ubyte.gz") for part in parts])
        labels = np.concatenate([read_idx(raw / f"{part}-labels-idx1-ubyte.gz") for part in parts])
        return Dataset(
            kind="image",
            inputs=images[:, None],
            targets=labels.astype(np.int64),
            classes=self.classes,
            scale=1 / 255,
            official_train=self.official_train,
        )


_HEADER = 16
"""Bytes: as many as the header of three axes has."""

MOST = _HEADER + 60_000 * 28 * 28
"""The largest of MNIST's files."""


KINDS = {"u1": (8, "unsigned bytes"), ">i4": (12, "whole numbers of 4 bytes")}
"""The numbers that a file may hold, as numpy calls them, by what its third byte says."""


def read_idx(path: Path, most: int = MOST, kind: Literal["u1", ">i4"] = "u1") -> np.ndarray:
    """Read a gzipped IDX file of one kind of numbers (format: yann.lecun.com/exdb/mnist).

    No more is unpacked than its header promises. Raises RegscopeError when the file is not one, is
    not as long as its header says, or is longer than `most` bytes by that.
    """
    try:
        with gzip.open(path) as file:
            content = file.read(_HEADER)
            promised = _promised(content, kind)
            if promised > most:
                raise RegscopeError(
                    f"{path}: its header promises {promised:,} bytes, and it can have {most:,}"
                )
            content += file.read(max(promised - len(content), 0) + 1)
            more = bool(file.read(1))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RegscopeError(f"{path}: not a whole gzip file ({error})") from error
    axes = content[3] if len(content) >= 4 else 0
    code, called = KINDS[kind]
    if content[:3] != bytes((0, 0, code)) or len(content) < 4 + 4 * axes:
        raise RegscopeError(f"{path}: not an IDX file of {called}")
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", axes, offset=4))
    whole = len(content) - (len(content) - 4 - 4 * axes) % np.dtype(kind).itemsize
    values = np.frombuffer(content[:whole], kind, offset=4 + 4 * axes)
    if len(values) != math.prod(shape) or whole != len(content):
        count = f"more than {len(values)}" if more else str(len(values))
        raise RegscopeError(f"{path}: {count} values where the header promises {shape}")
    return values.reshape(shape)


def _promised(header: bytes, kind: str) -> int:
    """The bytes of a whole file that begins so; of no IDX file, and of more axes, what is there."""
    axes = header[3] if len(header) >= 4 else 0
    if header[:3] != bytes((0, 0, KINDS[kind][0])) or len(header) < 4 + 4 * axes:
        return len(header)
    shape = np.frombuffer(header, ">u4", axes, offset=4)
    values = math.prod(int(size) for size in shape)
    return 4 + 4 * axes + values * np.dtype(kind).itemsize
