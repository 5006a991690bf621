"""Writing files so that nothing half-written ever looks finished."""

from __future__ import annotations

import csv
import glob
import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_bytes(path: Path, content: bytes | memoryview) -> None:
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


def write_json_by_key(path: Path, value: Mapping[str, Any]) -> None:
    """JSON with a line for each key, however much is below it; refuses what `write_json` does."""
    lines = (f"  {_on_one_line(key)}: {_on_one_line(value[key])}" for key in value)
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def _on_one_line(value: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False)


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
