"""Members of zip archives, read by name and never extracted: none can land outside its folder."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from regscope.base.errors import RegscopeError

_EARLIEST = (1980, 1, 1, 0, 0, 0)

UNPACKED = 2_000_000_000
"""The most bytes that the members of an archive may have together."""

TIMES = 20
"""What an archive larger than UNPACKED may unpack to: pictures are packed already, and arrays of
numbers shrink a little."""

DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""What zipfile raises over a damaged archive: a flipped bit may ask for a password too, or for a
compression that there is none of."""


class Members:
    """The files in an opened archive, and the folders that it names; `read` gives a file's content
    by its name."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        self.names = tuple(_checked(path, archive))
        self.folders = tuple(
            member.filename.rstrip("/") for member in archive.infolist() if member.is_dir()
        )

    def read(self, name: str) -> bytes:
        """Raises RegscopeError where there is no such member, or not the whole of it."""
        try:
            return self._archive.read(name)
        except KeyError as error:
            raise RegscopeError(f"{self.path}: has no {name}") from error
        except DAMAGES as error:
            raise _damaged(self.path, error) from error

    def size(self, name: str) -> int:
        """How many bytes `read` gives at most."""
        return self._archive.getinfo(name).file_size

    def lines(self, name: str) -> list[str]:
        """The lines of a text that are not empty; raises RegscopeError where it is none."""
        try:
            text = self.read(name).decode()
        except UnicodeDecodeError as error:
            raise _damaged(self.path, error) from error
        return [line for line in text.splitlines() if line.strip()]


@contextmanager
def opened(path: Path, most: int = UNPACKED) -> Iterator[Members]:
    """The members of a zip archive, which may unpack to `most` bytes together.

    Raises RegscopeError, naming the file, where it is no whole zip archive, and naming the member
    too where one is a link or has a name that leads out of a folder.
    """
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGES as error:
        raise _damaged(path, error) from error
    with archive:
        check_sizes(path, archive, most)
        yield Members(path, archive)


def allowance(path: Path) -> int:
    """The most bytes that someone's own archive may unpack to: UNPACKED, or TIMES its size."""
    return max(UNPACKED, TIMES * path.stat().st_size)


def check_sizes(path: Path, archive: zipfile.ZipFile, most: int) -> None:
    """Refuse an archive whose members say that they unpack to more; none gives more than it says.

    Raises RegscopeError, naming the file.
    """
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > most:
        raise RegscopeError(
            f"{path}: refused: unpacks to {unpacked:,} bytes, and must not to more than {most:,}"
        )


def write_archive(path: Path, members: Mapping[str, bytes]) -> None:
    """Uncompressed, in order of names and all of one date: the same bytes for the same members."""
    pack(path, sorted(members.items()))


def pack(path: Path, members: Iterable[tuple[str, bytes]]) -> None:
    """As `write_archive`, in the order in which they come, and holding no more than one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            information = zipfile.ZipInfo(name, _EARLIEST)
            information.create_system = 3
            information.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(information, content)


def _checked(path: Path, archive: zipfile.ZipFile) -> Iterator[str]:
    for member in archive.infolist():
        # zipfile itself puts the system's separators right and cuts names off at a NUL.
        for name in {member.filename, member.orig_filename}:
            if _leads_out(name):
                raise RegscopeError(
                    f"{path}: refused: its member {name!r} has a name that leads out of a folder"
                )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise RegscopeError(f"{path}: refused: its member {member.filename!r} is a link")
        if not member.is_dir():
            yield member.filename


def _leads_out(name: str) -> bool:
    """On any system: absolute, with a drive, upwards, or with a sign that may part folders."""
    return (
        not name
        or name.startswith("/")
        or name[1:2] == ":"
        or "\\" in name
        or "\0" in name
        or ".." in name.split("/")
    )


def _damaged(path: Path, error: Exception) -> RegscopeError:
    return RegscopeError(f"{path}: not a whole zip file ({error})")
