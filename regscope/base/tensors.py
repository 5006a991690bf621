"""Arrays by name, in safetensors files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from regscope.base.checksums import checked
from regscope.base.errors import RegscopeError
from regscope.base.files import write_bytes


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a safetensors file; raises RegscopeError, naming it, where it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found: dict[str, np.ndarray] = load_file(checked(path))
    except SafetensorError as error:
        raise RegscopeError(f"{path}: not whole ({error})") from error
    return found


def write_tensors(path: Path, tensors: Mapping[str, np.ndarray]) -> None:
    """A safetensors file. Strided views are copied first: safetensors would write their buffer."""
    from safetensors.numpy import save

    write_bytes(path, save({name: np.asarray(array, order="C") for name, array in tensors.items()}))
