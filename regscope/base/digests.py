"""What files hold, as digests by path."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def digests(places: Iterable[Path], root: Path = Path()) -> dict[str, str]:
    """`{path: SHA-256}` of `files`."""
    return {file.relative_to(root).as_posix(): file_sha256(file) for file in files(places, root)}


def files(places: Iterable[Path], root: Path = Path()) -> Iterator[Path]:
    """Those below `root`, and of folders all that are in them, but what tools leave there.

    Raises FileNotFoundError where there is no such place.
    """
    for place in places:
        if not (root / place).exists():
            raise FileNotFoundError(None, None, str(place))
        within = sorted((root / place).rglob("*"))
        for file in within if (root / place).is_dir() else [root / place]:
            if file.is_file() and "__pycache__" not in file.parts and file.name != ".gitignore":
                yield file


def file_sha256(file: Path) -> str:
    """The SHA-256 of what a file holds, in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
