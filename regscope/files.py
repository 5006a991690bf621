"""Writing files so that nothing half-written ever looks finished."""

from __future__ import annotations

import csv
import errno
import glob
import io
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from regscope import checksums, paths
from regscope.errors import RegscopeError


def write_bytes(path: Path, content: bytes) -> None:
    """Write under a private name beside `path`, then rename; what killed writers left goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*.partial"):
        if not _runs(leftover.name.split(".")[-2]):
            leftover.unlink(missing_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        error.filename = str(path)
        raise


def _runs(number: str) -> bool:
    """Whether there is a process of that number, as far as this one may know."""
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def update_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder hold exactly these files, and write only those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            write_bytes(path, content)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """Indented JSON in the order given; refuses numbers that JSON does not have."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give an empty private folder that becomes `target` only if the block ends well.

    It lies outside the folder of `target`, so that no stage which depends on that folder sees
    a leftover; leftovers of killed runs are removed here. Below data/ the checksums of its files
    are kept, by which readers find what was damaged since.
    """
    waiting = paths.DATA / ".partial"
    waiting.mkdir(parents=True, exist_ok=True)
    name = "-".join(target.parts)
    for leftover in waiting.glob(f"{name}.*"):
        shutil.rmtree(leftover, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=waiting))
    try:
        yield partial
        partial.chmod(0o755)
        checksums.forget(target)
        _become(partial, target)
        checksums.note(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _become(partial: Path, target: Path) -> None:
    """Rename; where `target` lies on another disk (a link, a mount), by a whole copy beside it."""
    near = target.with_name(f".{target.name}.partial")
    shutil.rmtree(near, ignore_errors=True)
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.exists():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        partial.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        try:
            shutil.copytree(partial, near)
            near.rename(target)
        finally:
            shutil.rmtree(near, ignore_errors=True)


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> None:
    """One line a row, columns in the order of the first row; `columns` where there is no row.

    Floats are written to ten digits, nan as an empty field.
    """
    text = io.StringIO()
    fields = list(rows[0]) if rows else columns
    writer = csv.DictWriter(text, fieldnames=fields, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _field(value) for key, value in row.items()})
    write_text(path, text.getvalue())


def _field(value: Any) -> Any:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.10g}"
    return value


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a safetensors file; raises RegscopeError, naming it, where it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found: dict[str, np.ndarray] = load_file(checksums.checked(path))
    except SafetensorError as error:
        raise RegscopeError(f"{path}: not whole ({error})") from error
    return found


def write_tensors(path: Path, tensors: Mapping[str, np.ndarray]) -> None:
    """A safetensors file. Strided views are copied first: safetensors would write their buffer."""
    from safetensors.numpy import save

    write_bytes(path, save({name: np.asarray(array, order="C") for name, array in tensors.items()}))
