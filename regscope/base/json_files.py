"""Text and JSON as they are read back: whole, or refused in one line that names the file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from regscope.base.checksums import checked
from regscope.base.errors import RegscopeError

CONFLICT = ("<<<<<<< ", ">>>>>>> ")
"""How git begins the lines that it marks a conflict with."""


def read_json(file: Path, keys: Iterable[str] = ()) -> dict[str, Any]:
    """A JSON file of keys and values, `keys` among them.

    Raises FileNotFoundError where it is not there, RegscopeError, naming it, where it is none.
    """
    found = parse_json(read_text(file), file)
    for key in keys:
        if key not in found:
            raise RegscopeError(f"{file}: has no {key}")
    return found


def parse_json(text: str, file: object) -> dict[str, Any]:
    """Keys and values; `file` is what is complained of. Raises RegscopeError where it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RegscopeError(f"{file}: not JSON: {error}") from error
    if not isinstance(found, dict):
        raise RegscopeError(f"{file}: must be a mapping of keys to values")
    return found


def read_text(file: Path) -> str:
    """Raises RegscopeError where it is damaged, not UTF-8, or holds a conflict of git's."""
    try:
        text = checked(file).read_bytes().decode()
    except UnicodeDecodeError as error:
        raise RegscopeError(f"{file}: not UTF-8: {error.reason} at byte {error.start}") from error
    return resolved(text, file)


def resolved(text: str, file: object) -> str:
    """The text; RegscopeError where it holds a conflict of git's."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(CONFLICT):
            raise RegscopeError(f"{file}: line {number}: a conflict of git's that is not resolved")
    return text
