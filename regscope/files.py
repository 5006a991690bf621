"""Writing files so that nothing half-written ever looks finished."""

from __future__ import annotations

import csv
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
import yaml

from regscope import paths
from regscope.errors import RegscopeError


def write_bytes(path: Path, content: bytes) -> None:
    """Write under a private name beside `path`, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
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


def read_yaml(path: Path, beside: str, advice: str = "") -> Any:
    """What a YAML file holds.

    Raises RegscopeError, in one line, where it is not there (`beside` names a file that lies in
    the folder to run in) or is not YAML, which `advice` is added to.
    """
    try:
        return yaml.safe_load(path.read_text())
    except FileNotFoundError as error:
        raise RegscopeError(f"{path}: no such file; run this where {beside} lies") from error
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise RegscopeError(f"{path}: not YAML: {reason}{advice}") from error


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give an empty private folder that becomes `target` only if the block ends well.

    It lies outside the folder of `target`, so that no stage which depends on that folder sees
    a leftover; leftovers of killed runs are removed here.
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
        if target.exists():
            shutil.rmtree(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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


def write_tensors(path: Path, tensors: Mapping[str, np.ndarray]) -> None:
    """A safetensors file. Strided views are copied first: safetensors would write their buffer."""
    from safetensors.numpy import save

    write_bytes(path, save({name: np.asarray(array, order="C") for name, array in tensors.items()}))
