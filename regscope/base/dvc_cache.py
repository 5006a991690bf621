"""Files that DVC holds in its cache, by what they hold."""

from __future__ import annotations

import configparser
import hashlib
from collections.abc import Iterator
from pathlib import Path

from regscope.base import paths


def md5(path: Path) -> str:
    """The name that DVC gives to a file of this content; nothing hangs on MD5's strength."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def held(name: str) -> Path | None:
    """Where DVC has the file that it gives this name; None where it has none."""
    found = (cache / name[:2] / name[2:] for cache in _caches())
    return next((file for file in found if file.is_file()), None)


def _caches() -> Iterator[Path]:
    folder = paths.repository() / ".dvc"
    yield folder / "cache" / "files" / "md5"
    for file in ("config", "config.local"):
        settings = configparser.ConfigParser(interpolation=None)
        try:
            settings.read(folder / file)
        except configparser.Error:
            continue
        if chosen := settings.get("cache", "dir", fallback=""):
            yield folder / chosen / "files" / "md5"
