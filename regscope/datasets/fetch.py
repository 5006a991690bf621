"""Files from the official hosts or from a mirror, verified before they count as there."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from regscope import paths
from regscope.errors import RegscopeError

MIRROR = "REGSCOPE_MIRROR"


@dataclass(frozen=True)
class RemoteFiles:
    """Files of one data set: where they are kept, as URL prefixes, and what they must be."""

    dataset: str
    hosts: tuple[str, ...]
    sha256: dict[str, str]


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


def _mirror() -> str:
    return os.environ.get(MIRROR, "").strip()


def _copy(files: RemoteFiles, name: str, mirror: Path, folder: Path) -> None:
    import pooch

    source = mirror / files.dataset / name
    if not source.is_file():
        raise AbsentError(
            f"{source}: no such file; {MIRROR} must be a directory or URL prefix that holds"
            f" {files.dataset}/{name}"
        )
    found = pooch.file_hash(str(source), alg="sha256")
    if found != files.sha256[name]:
        raise RegscopeError(_altered(str(source), found, files.sha256[name]))
    partial = folder / f".{name}.partial"
    shutil.copyfile(source, partial)
    partial.rename(folder / name)


def _download(files: RemoteFiles, name: str, hosts: tuple[str, ...], folder: Path) -> None:
    import sys

    import pooch
    import requests

    reasons, missing = [], True
    for host in hosts:
        pooch.get_logger().setLevel("ERROR")
        keeper = pooch.create(
            folder, host, registry={name: f"sha256:{files.sha256[name]}"}, retry_if_failed=2
        )
        downloader = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=30)
        try:
            keeper.fetch(name, downloader=downloader)
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


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    return f"HTTP {response.status_code}" if response is not None else type(error).__name__


def _altered(file: str, found: str, wanted: str) -> str:
    return f"{file}: not the file it should be (SHA-256 {found[:12]}..., must be {wanted[:12]}...)"
