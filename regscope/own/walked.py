"""The files below a folder, as those of an archive are had."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from regscope.base.errors import RegscopeError


class Walked:
    """Every file below a folder that is not hidden, by its name relative to it, with `/`.

    Raises RegscopeError, naming it, where one is a link or no plain file, or has a name that is
    no text: what is packed must be what lies there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: tuple[str, ...] = ()
        self.folders: tuple[str, ...] = ()
        files: list[str] = []
        folders: list[str] = []
        for name, is_folder in _below(path, ""):
            (folders if is_folder else files).append(name)
        self.names, self.folders = tuple(files), tuple(folders)

    def size(self, name: str) -> int:
        return (self.path / name).stat().st_size

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()


def _below(top: Path, inside: str) -> Iterator[tuple[str, bool]]:
    with os.scandir(top / inside) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        name = f"{inside}{entry.name}"
        if entry.name.startswith("."):
            continue
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise RegscopeError(
                f"{top}: {name!r} has a name that is not UTF-8: rename it"
            ) from error
        if entry.is_symlink():
            raise RegscopeError(
                f"{top / name}: a link; put the file that it points to into its place"
            )
        if entry.is_dir():
            yield name, True
            yield from _below(top, f"{name}/")
        elif stat.S_ISREG(entry.stat().st_mode):
            yield name, False
        else:
            raise RegscopeError(f"{top / name}: neither a file nor a folder")
