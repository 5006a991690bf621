"""Folders that are there whole or not at all."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from regscope.base import checksums, paths


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


def remove_others(folder: Path, names: Iterable[str]) -> None:
    """Remove the folders within it that have none of the names."""
    for found in folder.glob("*"):
        if found.is_dir() and found.name not in set(names):
            shutil.rmtree(found)


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
