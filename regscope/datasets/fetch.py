"""Files from the official hosts or from a mirror, verified before they count as there."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from regscope.base import paths
from regscope.base.digests import file_sha256
from regscope.base.errors import RegscopeError

MIRROR = "REGSCOPE_MIRROR"

LARGEST = 1 << 30
"""The most bytes of a file whose size is not stated."""

SLOWEST = 600.0
"""Seconds that a download may take, and one more for every 10 kB that it must have."""


@dataclass(frozen=True)
class RemoteFiles:
    """Files of one data set: where they are kept, as URL prefixes, and what they must be.

    `sizes` in bytes: a file that goes on beyond its own is not fetched further.
    """

    dataset: str
    hosts: tuple[str, ...]
    sha256: dict[str, str]
    sizes: dict[str, int] = field(default_factory=dict)

    def most(self, name: str) -> int:
        """The most bytes that the file can have."""
        return self.sizes.get(name, LARGEST)


class AbsentError(RegscopeError):
    """A file that is not where it was looked for."""


def fetch_or_stand_in(files: RemoteFiles, stand_in: RemoteFiles, folder: Path) -> RemoteFiles:
    """Fetch `files`, or `stand_in` from a mirror that holds only that; gives the one fetched.

    Raises RegscopeError as `fetch` does.
    """
    try:
        fetch(files, folder)
    except AbsentError as missing:
        if not _mirror():
            raise
        try:
            fetch(stand_in, folder)
        except AbsentError:
            names = ", ".join(f"{stand_in.dataset}/{name}" for name in stand_in.sha256)
            raise AbsentError(f"{missing}; {names} will do") from missing
        return stand_in
    return files


def fetch(files: RemoteFiles, folder: Path) -> None:
    """Put all files into `folder`, each under its own name only once its SHA-256 is right.

    With `REGSCOPE_MIRROR` set (a directory, relative to the repository, or a URL prefix; laid
    out `<dataset>/<file>`) only the mirror is asked, otherwise the hosts in turn.

    Raises RegscopeError naming the file and what to do.
    """
    mirror = _mirror()
    for name in files.sha256:
        if mirror and "://" not in mirror:
            _copy(files, name, paths.repository() / mirror, folder)
        else:
            hosts = (f"{mirror.rstrip('/')}/{files.dataset}/",) if mirror else files.hosts
            _download(files, name, hosts, folder)


def is_whole(path: Path, sha256: str) -> bool:
    """Whether a file is there, and the one that it should be."""
    return path.is_file() and file_sha256(path) == sha256


def _mirror() -> str:
    return os.environ.get(MIRROR, "").strip()


def _copy(files: RemoteFiles, name: str, mirror: Path, folder: Path) -> None:
    source = mirror / files.dataset / name
    if not source.is_file():
        raise AbsentError(
            f"{source}: no such file; {MIRROR} must be a directory or URL prefix that holds"
            f" {files.dataset}/{name}"
        )
    size, most = source.stat().st_size, files.most(name)
    if size > most:
        raise RegscopeError(
            f"{source}: not the file it should be ({size:,} bytes, must be {most:,})"
        )
    found = file_sha256(source)
    if found != files.sha256[name]:
        raise RegscopeError(_altered(str(source), found, files.sha256[name]))
    partial = folder / f".{name}.partial"
    shutil.copyfile(source, partial)
    partial.rename(folder / name)


def _download(files: RemoteFiles, name: str, hosts: tuple[str, ...], folder: Path) -> None:
    import pooch
    import requests

    reasons, missing = [], True
    for host in hosts:
        pooch.get_logger().setLevel("ERROR")
        keeper = pooch.create(
            folder, host, registry={name: f"sha256:{files.sha256[name]}"}, retry_if_failed=2
        )
        try:
            keeper.fetch(name, downloader=_bounded(files.most(name)))
        except _TooMuchError as error:
            reasons.append(f"{host}{name}: not the file it should be ({error})")
            missing = False
        except requests.RequestException as error:
            reasons.append(f"{host}{name}: {_reason(error)}")
            missing = missing and _reason(error) == "HTTP 404"
        except ValueError:
            # pooch: the file arrived and its SHA-256 is wrong; pooch has removed it.
            reasons.append(f"{host}{name}: not the file it should be (wrong SHA-256)")
            missing = False
        else:
            return
    raise (AbsentError if missing else RegscopeError)(
        f"cannot download {files.dataset}/{name} ({'; '.join(reasons)}): go online, or set"
        f" {MIRROR} to a directory or URL prefix that holds {files.dataset}/{name}"
    )


class _TooMuchError(Exception):
    """A download that is not what it should be, whatever is still to come."""


class _Bounded:
    """A file that takes so many bytes and, for these, so many seconds."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._most, self._written = file, most, 0
        self._until = time.monotonic() + SLOWEST + most / 10_000

    def write(self, content: bytes) -> int:
        self._written += len(content)
        if self._written > self._most:
            raise _TooMuchError(f"more than its {self._most:,} bytes")
        if time.monotonic() > self._until:
            raise _TooMuchError("too slow")
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()


def _bounded(most: int) -> Callable[[str, str, Any], None]:
    """pooch's downloader, which writes no more than so many bytes.

    The bytes count that are written: a server may send them compressed.
    """
    import sys

    import pooch

    def download(url: str, output: str, keeper: Any) -> None:
        shown = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=30)
        with Path(output).open("wb") as file:
            shown(url, _Bounded(file, most), keeper)

    return download


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    return f"HTTP {response.status_code}" if response is not None else type(error).__name__


def _altered(file: str, found: str, wanted: str) -> str:
    return f"{file}: not the file it should be (SHA-256 {found[:12]}..., must be {wanted[:12]}...)"
