"""SHA256SUMS beside committed tables: the digests of what was written, as `sha256sum` lists them.

A table that somebody has changed by hand, or a merge has mixed, is told from one that a stage or
`regscope rederive` has written. Line ends do not count: git may change them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from regscope.base.digests import file_sha256
from regscope.base.errors import RegscopeError
from regscope.base.files import write_text
from regscope.base.json_files import read_text

SUMS_FILE = "SHA256SUMS"


def with_digests(contents: Mapping[str, str]) -> dict[str, str]:
    """The texts of a folder's files by name, and of its SUMS_FILE."""
    return {**contents, SUMS_FILE: _listed({n: text.encode() for n, text in contents.items()})}


def write_digests(folder: Path) -> None:
    """Of all other files in the folder, without those that begin with a dot."""
    files = [path for path in folder.iterdir() if path.is_file() and path.name[0] != "."]
    contents = {path.name: path.read_bytes() for path in files if path.name != SUMS_FILE}
    write_text(folder / SUMS_FILE, _listed(contents))


def folder_digest(folder: Path) -> str:
    """The SHA-256 of the names and contents of all files in a folder and below it."""
    found = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(f"{file.relative_to(folder).as_posix()}\n{file_sha256(file)}\n".encode())
    return found.hexdigest()


def check_digests(folder: Path) -> None:
    """Refuse a folder in which a file is no longer what its list says; without one all is right.

    Raises RegscopeError, in one line, with what brings the file back and what to do if it is meant.
    """
    sums = folder / SUMS_FILE
    if not sums.is_file():
        return
    mend = f"if it is meant: regscope rederive {folder.name}"
    for number, line in enumerate(read_text(sums).splitlines(), start=1):
        wanted, _, name = line.partition("  ")
        if len(wanted) != 64 or not name or "/" in name:
            raise RegscopeError(
                f"{sums}: line {number}: not a digest and a name; make it anew with:"
                f" regscope rederive {folder.name}"
            )
        file = folder / name
        if not file.is_file():
            raise RegscopeError(
                f"{file}: not there, and {SUMS_FILE} lists it; bring it back with: git checkout"
                f" {file}; {mend}"
            )
        if _digest(file.read_bytes()) != wanted:
            raise RegscopeError(
                f"{file}: not as it was written, by {SUMS_FILE}; bring it back with: git checkout"
                f" {file}; {mend}"
            )


def _listed(contents: Mapping[str, bytes]) -> str:
    return "".join(f"{_digest(contents[name])}  {name}\n" for name in sorted(contents))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
