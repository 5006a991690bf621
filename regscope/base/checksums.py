"""Whether a file still holds what was written: checksums of what is read back from disk.

They are for damage, not for intent: CRC-32, as in torch's own files, finds every damaged byte and
takes less time than the writing did. What a stage makes below data/ has its checksums in
data/.checksums, outside the folders that DVC hashes; a safetensors file may carry its own.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from regscope.base import dvc_cache, paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json

NOTED = paths.DATA / ".checksums"
KEY = "crc32"
UNSEALED = {KEY: "0" * 8}
"""The metadata that a safetensors file is written with, for `seal` to fill in."""

_FIELD = f'"{KEY}":"'.encode()
_BLOCK = 1 << 20


def checksum(path: Path) -> str:
    """The CRC-32 of a file, as eight hexadecimal digits."""
    with path.open("rb") as file:
        return _hexadecimal(_crc(file))


def forget(target: Path) -> None:
    """Hold no checksums of a folder any more, as it is about to change."""
    _record(target).unlink(missing_ok=True)


def note(target: Path) -> None:
    """Hold the checksums of the files in a folder below data/ that is whole; else nothing."""
    if paths.DATA in target.parents:
        files = sorted(path for path in target.rglob("*") if path.is_file())
        sums = {path.relative_to(target).as_posix(): checksum(path) for path in files}
        write_json(_record(target), sums)


def checked(path: Path) -> Path:
    """The file itself, where it is what was written or brought back by DVC, as far as is known.

    Raises RegscopeError, in one line, where it is damaged, FileNotFoundError where it is missing.
    """
    return _checked(path, _noted(path.parent).get(path.name))


def _checked(path: Path, noted: str | None) -> Path:
    if noted is not None and checksum(path) != noted and not dvc_cache.held(dvc_cache.md5(path)):
        raise RegscopeError(
            f"{path}: damaged, not what was written (CRC-32 {checksum(path)}, must be {noted});"
            f" remove {path.parent} and make it anew with: dvc repro"
        )
    return path


def check_folder(folder: Path) -> None:
    """Raises RegscopeError where a file of it is damaged."""
    for name, noted in _noted(folder).items():
        if (folder / name).is_file():
            _checked(folder / name, noted)


def seal(path: Path) -> None:
    """Write its own CRC-32 into a safetensors file that was saved with the metadata UNSEALED."""
    with path.open("r+b") as file:
        place = _field(file)
        assert place is not None
        file.seek(0)
        found = _hexadecimal(_crc(file))
        file.seek(place)
        file.write(found.encode())


def intact(path: Path) -> bool:
    """Whether a sealed file is there and as it was sealed."""
    try:
        with path.open("rb") as file:
            place = _field(file)
            if place is None:
                return False
            file.seek(place)
            sealed = file.read(len(UNSEALED[KEY]))
            file.seek(0)
            before = zlib.crc32(UNSEALED[KEY].encode(), zlib.crc32(file.read(place)))
            file.seek(place + len(sealed))
            return sealed == _hexadecimal(_crc(file, before)).encode()
    except FileNotFoundError:
        return False


def with_checksum(content: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be written as JSON, with a checksum of all the rest under KEY."""
    return {**content, KEY: _hexadecimal(zlib.crc32(_canonical(content)))}


def without_checksum(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """The rest of what `with_checksum` gave; None where it is no longer that."""
    rest = {key: value for key, value in content.items() if key != KEY}
    return rest if with_checksum(rest) == content else None


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


def _crc(file: BinaryIO, before: int = 0) -> int:
    """Of all that is left to read, after what has the CRC-32 `before`."""
    found = before
    while block := file.read(_BLOCK):
        found = zlib.crc32(block, found)
    return found


def _hexadecimal(crc: int) -> str:
    return f"{crc:08x}"


def _field(file: BinaryIO) -> int | None:
    """Where the checksum stands in a safetensors file's header, which its length comes before."""
    header = file.read(min(int.from_bytes(file.read(8), "little"), os.fstat(file.fileno()).st_size))
    found = header.find(_FIELD)
    return None if found < 0 else 8 + found + len(_FIELD)


def _record(folder: Path) -> Path:
    return NOTED / f"{'-'.join(Path(os.path.relpath(folder)).parts)}.json"


def _noted(folder: Path) -> dict[str, str]:
    """Empty where nothing, or nothing readable, is held of the folder."""
    try:
        found = json.loads(_record(folder).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
