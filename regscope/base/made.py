"""What a folder was made from, kept in it: what has not changed since is not made again.

A stage of DVC whose output stays until it is written anew makes single folders of it anew. DVC
brings back earlier outputs of other stages from its run cache, but not of these: so which files
a folder was made of is noted for each thing it was made from, and where DVC's cache still has
them the folder is put together again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regscope.base import dvc_cache, paths
from regscope.base.digests import digests
from regscope.base.files import write_json
from regscope.base.folders import whole_folder

Made = Mapping[str, Any]
"""Settings, and digests of files: whatever decides what a folder holds."""


def with_outputs(made: Made, folder: Path, outputs: str) -> dict[str, Any]:
    """What made_from.json holds: also, as `outputs`, the SHA-256 of every other file beside it."""
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name != paths.MADE_FROM
    )
    return {**made, outputs: digests([file.relative_to(folder) for file in files], folder)}


def is_kept(folder: Path, made: Made, outputs: str) -> bool:
    """Whether a folder holds what was made from that, all of it and nothing else."""
    try:
        kept = json.loads((folder / paths.MADE_FROM).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    return bool(kept == with_outputs(made, folder, outputs))


def is_held(folder: Path, made: Made) -> bool:
    """Whether DVC's cache has all files that the folder had when it was made from that."""
    return bool(_held(_noted(folder, made)))


def is_there(folder: Path, made: Made, outputs: str) -> bool:
    """Whether it is kept, or has been put together again from DVC's cache."""
    if is_kept(folder, made, outputs):
        if not _noted(folder, made).is_file():
            # As after `dvc pull`.
            note(folder, folder, made)
        return True
    return _brought_back(folder, made, outputs)


def note(whole: Path, folder: Path, made: Made) -> None:
    """Note which files `folder` holds, where it is made from that: those of `whole`."""
    files = sorted(path for path in whole.rglob("*") if path.is_file())
    found = {file.relative_to(whole).as_posix(): dvc_cache.md5(file) for file in files}
    write_json(_noted(folder, made), found)


def gone(folder: Path, made: Made) -> None:
    """Remove the folder, and have it not brought back."""
    _noted(folder, made).unlink(missing_ok=True)
    if folder.exists():
        shutil.rmtree(folder)


def plain(settings: Any) -> Any:
    """Settings as JSON has them, and what it has no number for, as infinity, by its name."""
    return json.loads(json.dumps(settings), parse_constant=str)


class _OtherError(Exception):
    """What the cache has is not what was stored there."""


def _brought_back(folder: Path, made: Made, outputs: str) -> bool:
    held = _held(_noted(folder, made))
    if not held:
        return False
    try:
        with whole_folder(folder) as partial:
            for name, file in held.items():
                target = partial / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
            if not is_kept(partial, made, outputs):
                raise _OtherError
    except (_OtherError, FileNotFoundError):
        return False
    return True


def _held(noted: Path) -> dict[str, Path]:
    """Where DVC has each of the files that are noted; empty where one is missing."""
    try:
        found = {name: dvc_cache.held(md5) for name, md5 in json.loads(noted.read_text()).items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return {}
    held = {name: file for name, file in found.items() if file and _is_within(Path(name))}
    return held if held.keys() == found.keys() else {}


def _is_within(path: Path) -> bool:
    return not path.is_absolute() and ".." not in path.parts


def _noted(folder: Path, made: Made) -> Path:
    key = json.dumps([folder.as_posix(), made], sort_keys=True).encode()
    return paths.repository() / ".regscope" / "made" / f"{hashlib.sha256(key).hexdigest()}.json"
