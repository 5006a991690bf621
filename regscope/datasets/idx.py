"""The IDX format of MNIST and its relatives."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from regscope.errors import RegscopeError


def read_idx(path: Path) -> np.ndarray:
    """Read a gzipped IDX file of unsigned bytes (format: yann.lecun.com/exdb/mnist).

    Raises RegscopeError when the file is not one or is shorter than its header says.
    """
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RegscopeError(f"{path}: not a whole gzip file ({error})") from error
    axes = content[3] if len(content) >= 4 else 0
    if content[:3] != b"\x00\x00\x08" or len(content) < 4 + 4 * axes:
        raise RegscopeError(f"{path}: not an IDX file of unsigned bytes")
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", axes, offset=4))
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * axes)
    if len(values) != math.prod(shape):
        raise RegscopeError(f"{path}: {len(values)} values where the header promises {shape}")
    return values.reshape(shape)
