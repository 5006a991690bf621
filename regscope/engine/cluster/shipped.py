"""What is sent to a cluster: prepared data, once, and the files of one's own that a study names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.base import DATA_FILE, DESCRIPTION_FILE
from regscope.study.params import Study

_put: dict[tuple[Any, ...], Any] = {}


def put(folder: Path) -> Any:
    """Ray's reference to the data set in `folder`, which a node fetches once.

    Raises RegscopeError where it is not there or damaged, and where Ray has no room for it.
    """
    import ray
    from ray.exceptions import ObjectStoreFullError, OutOfDiskError

    context = ray.get_runtime_context()
    key = (context.get_node_id(), context.get_job_id(), folder.resolve(), *_stamps(folder))
    if key not in _put:
        _put.clear()
        try:
            _put[key] = ray.put(Dataset.load(folder))
        except (ObjectStoreFullError, OutOfDiskError):
            raise RegscopeError(
                f"{folder}: the data do not fit into Ray's object store, nor onto the disk that it"
                " moves objects to"
            ) from None
    return _put[key]


def _stamps(folder: Path) -> list[tuple[int, int]]:
    files = (folder / DATA_FILE, folder / DESCRIPTION_FILE)
    found = [path.stat() for path in files if path.is_file()]
    return [(stat.st_mtime_ns, stat.st_size) for stat in found]


def files_of(study: Study) -> dict[str, bytes]:
    """What a worker reads beside data: networks of one's own, descriptions of one's own data."""
    own = [*study.model.own_files, *study.data.own_files]
    return {
        path.as_posix(): path.read_bytes()
        for path in _files(own)
        if path.suffix in (".py", ".json") or path in study.model.own_files
    }


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(
                inner
                for inner in path.rglob("*")
                if inner.is_file() and "__pycache__" not in inner.parts
            )
        elif path.is_file():
            found.append(path)
    return list(dict.fromkeys(found))
