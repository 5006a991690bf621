"""What is sent to a cluster: prepared data, once, and the files of one's own that a study names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from regscope.base.digests import files
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.base import DATA_FILE, DESCRIPTION_FILE
from regscope.study.params import Study


class Store:
    """Ray's: the data set that was put there last is kept for whoever asks for it next."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], Any] = {}

    def put(self, folder: Path) -> Any:
        """Ray's reference to the data set in `folder`, which a node fetches once.

        Raises RegscopeError where it is not there or damaged, and where Ray has no room for it.
        """
        import ray
        from ray.exceptions import ObjectStoreFullError, OutOfDiskError

        context = ray.get_runtime_context()
        key = (context.get_node_id(), context.get_job_id(), folder.resolve(), *_stamps(folder))
        if key not in self._kept:
            self._kept.clear()
            try:
                self._kept[key] = ray.put(Dataset.load(folder))
            except (ObjectStoreFullError, OutOfDiskError):
                raise RegscopeError(
                    f"{folder}: the data do not fit into Ray's object store, nor onto the disk that"
                    " it moves objects to"
                ) from None
        return self._kept[key]


def _stamps(folder: Path) -> list[tuple[int, int]]:
    files = (folder / DATA_FILE, folder / DESCRIPTION_FILE)
    found = [path.stat() for path in files if path.is_file()]
    return [(stat.st_mtime_ns, stat.st_size) for stat in found]


def files_of(study: Study) -> dict[str, bytes]:
    """What a worker reads beside data: networks of one's own, descriptions of one's own data."""
    described = [path for path in study.data.own_files if path.suffix == ".json" and path.is_file()]
    own = files([*study.model.own_files, *described])
    return {path.as_posix(): path.read_bytes() for path in own}
