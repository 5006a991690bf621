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


def is_there(folder: Path, made: Made, outputs: str) -> bool:
    """Whether it is kept, or DVC's cache has all its files, of which it is put together again."""
    return is_kept(folder, made, outputs) or _brought_back(folder, made, outputs)


def note(folder: Path, made: Made) -> None:
    """Note which files a folder holds, now that it is made from that."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    found = {file.relative_to(folder).as_posix(): dvc_cache.md5(file) for file in files}
    write_json(_noted(folder, made), found)


def gone(folder: Path, made: Made) -> None:
    """Remove the folder, and have it not brought back."""
    _noted(folder, made).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _brought_back(folder: Path, made: Made, outputs: str) -> bool:
    held = _held(_noted(folder, made))
    if not held:
        return False
    with whole_folder(folder) as partial:
        for name, file in held.items():
            target = partial / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    return is_kept(folder, made, outputs)


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
