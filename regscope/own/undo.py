"""Files that change together: where one cannot be written, all are as they were."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regscope.base import paths


class Before:
    """What files were; `put_back` makes them that again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[Path, Path | None] = {}

    def keep(self, path: Path) -> None:
        """Remember a file, or that there is none, before it changes."""
        if path not in self._kept:
            there = path.exists() or path.is_symlink()
            copy = self._folder / str(len(self._kept))
            if there:
                shutil.copyfile(path, copy)
            self._kept[path] = copy if there else None

    def move_away(self, path: Path) -> None:
        """The same of a large file, or of a link into DVC's cache: nothing is written through."""
        there = path.exists() or path.is_symlink()
        copy = self._folder / str(len(self._kept))
        if there:
            path.rename(copy)
        self._kept[path] = copy if there else None

    def put_back(self) -> None:
        for path, copy in self._kept.items():
            path.unlink(missing_ok=True)
            if copy is not None:
                shutil.move(copy, path)


@contextmanager
def undone_on_failure() -> Iterator[Before]:
    """Whatever ends the block early, an interruption too, puts back what it was told to keep."""
    waiting = paths.DATA / ".partial"
    waiting.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="before.", dir=waiting))
    before = Before(folder)
    try:
        yield before
    except BaseException:
        before.put_back()
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
