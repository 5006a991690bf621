"""Arrays by name from .npz and .safetensors files of others: no pickle is opened, and nothing is
unpacked beyond what a header promises."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Collection
from pathlib import Path
from tokenize import TokenError

import numpy as np

from regscope.base.errors import RegscopeError
from regscope.base.foreign import said
from regscope.base.lines import listed
from regscope.datasets.archives import DAMAGES, allowance, check_sizes

SUFFIXES = (".npz", ".safetensors")

Arrays = dict[str, np.ndarray]


def read_arrays(path: Path, known: Collection[str]) -> Arrays:
    """The arrays of a file, by their keys, all of `known`.

    Raises RegscopeError, naming the file and the key, where it is neither of the two kinds, not
    whole, or has other keys or objects in it.
    """
    if not path.is_file():
        raise RegscopeError(f"{path}: no such file")
    if path.suffix.lower() not in SUFFIXES:
        raise RegscopeError(f"{path}: must be a file called {' or '.join(SUFFIXES)}")
    if path.suffix.lower() == ".npz":
        return _read_npz(path, known)
    return _read_safetensors(path, known)


def _check_keys(path: Path, found: Collection[str], known: Collection[str]) -> None:
    for key in found:
        if key not in known:
            raise RegscopeError(f"{path}: unknown key {key}; known here: {listed(known, near=key)}")


def _read_npz(path: Path, known: Collection[str]) -> Arrays:
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(path, archive, allowance(path))
            names = [member.filename for member in archive.infolist()]
            _check_keys(path, [name.removesuffix(".npy") for name in names], known)
            return {
                name.removesuffix(".npy"): _array(
                    f"{path}: {name.removesuffix('.npy')}", archive.read(name)
                )
                for name in names
            }
    except DAMAGES as error:
        raise RegscopeError(f"{path}: not a whole .npz file ({said(error)})") from error


def _array(called: str, content: bytes) -> np.ndarray:
    """The array of an .npy file, over the content itself."""
    file = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read is None:
            raise RegscopeError(f"{called}: .npy of version {version}, which is not read here")
        shape, by_columns, dtype = read(file)
    except (ValueError, SyntaxError, TypeError, TokenError) as error:
        raise RegscopeError(f"{called}: not a whole array ({said(error)})") from error
    if any(length < 0 for length in shape):
        raise RegscopeError(f"{called}: not a whole array (of shape {list(shape)})")
    if dtype.hasobject:
        raise RegscopeError(
            f"{called}: holds Python objects (a pickle), which are never opened; save numbers or"
            " text: np.array(values.tolist())"
        )
    start = file.tell()
    if len(content) - start != math.prod(shape) * dtype.itemsize:
        raise RegscopeError(
            f"{called}: {len(content) - start:,} bytes where its header promises {list(shape)} of"
            f" {dtype}"
        )
    if dtype.itemsize == 0:
        return np.zeros(shape, dtype)
    values = np.frombuffer(content, dtype, offset=start)
    return values.reshape(shape, order="F" if by_columns else "C")


def _read_safetensors(path: Path, known: Collection[str]) -> Arrays:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            keys = file.keys()
            _check_keys(path, keys, known)
            return {key: np.asarray(file.get_tensor(key)) for key in keys}
    except SafetensorError as error:
        raise RegscopeError(f"{path}: not a whole .safetensors file ({said(error)})") from error
    except (TypeError, AttributeError) as error:
        raise RegscopeError(
            f"{path}: has numbers of a kind that numpy does not have ({said(error)}); save float32"
        ) from error
