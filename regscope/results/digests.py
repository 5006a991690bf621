"""Digests of the committed results of every study, by which their pages know of a change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from regscope import paths


def digests() -> dict[str, str]:
    """`{folder: SHA-256}` of every study's tables and figures: names and contents of all files."""
    folders = [*_folders(paths.STUDIES), *_folders(paths.PLOTS)]
    return {folder.as_posix(): _digest(folder) for folder in folders}


def _folders(parent: Path) -> Iterator[Path]:
    if parent.is_dir():
        yield from sorted(path for path in parent.iterdir() if path.is_dir())


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()
        found.update(f"{file.relative_to(folder).as_posix()}\n{content}\n".encode())
    return found.hexdigest()
