"""Which processors have trained the stacks of a folder of checkpoints: noted beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from regscope.base.files import write_json

FILE = "processors.json"


def noted(folder: Path) -> tuple[str, ...]:
    """The names of those that have trained there, as their systems give them, in order."""
    try:
        found = json.loads((folder / FILE).read_text())
    except (OSError, ValueError):
        return ()
    return tuple(found)


def note(folders: Iterable[Path], processor: str) -> None:
    """Add one to those that have trained in each of `folders`."""
    for folder in dict.fromkeys(folders):
        found = noted(folder)
        if processor not in found:
            write_json(folder / FILE, sorted({*found, processor}))
