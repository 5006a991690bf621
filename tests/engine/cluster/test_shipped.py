"""What is sent to a cluster: data once, and the files of one's own that a study names."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import ray
from ray.exceptions import ObjectStoreFullError, OutOfDiskError

from regscope.base.errors import RegscopeError
from regscope.datasets.base import DESCRIPTION_FILE
from regscope.engine.cluster.shipped import Store, files_of
from tests import tiny


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What Ray tells of its cluster, which here is none."""
    told = SimpleNamespace(number="01")
    context = SimpleNamespace(get_node_id=lambda: "node", get_job_id=lambda: told.number)
    monkeypatch.setattr(ray, "get_runtime_context", lambda: context)
    return told


@pytest.fixture
def folder(digits_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(digits_folder, tmp_path / "prepared"))


def test_data_are_put_once_as_long_as_they_and_the_cluster_stay_the_same(
    job: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = itertools.count(1)
    monkeypatch.setattr(ray, "put", lambda data: next(numbers))
    store = Store()
    assert [store.put(folder), store.put(folder), store.put(folder / ".." / folder.name)] == [1] * 3
    (folder / DESCRIPTION_FILE).write_text((folder / DESCRIPTION_FILE).read_text() + "\n")
    assert [store.put(folder), store.put(folder)] == [2, 2]
    job.number = "02"
    assert store.put(folder) == 3


@pytest.mark.parametrize("kind", [ObjectStoreFullError, OutOfDiskError])
def test_where_there_is_no_room_for_them_one_line_says_so(
    kind: type[Exception], job: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> Any:
        raise kind("pages\nof\nadvice")

    monkeypatch.setattr(ray, "put", full)
    with pytest.raises(RegscopeError) as refused:
        Store().put(folder)
    assert str(refused.value) == (
        f"{folder}: the data do not fit into Ray's object store, nor onto the disk that it moves"
        " objects to"
    )


def test_all_of_a_networks_package_is_sent_and_of_data_their_description(
    workspace: Path,
) -> None:
    """As a checkpoint is told apart from others by all of them: see `base.digests`."""
    (workspace / "nets" / "__pycache__").mkdir(parents=True)
    sent = {
        "nets/__init__.py": b"def net(input_shape, classes): ...\n",
        "nets/widths.yaml": b"[8, 8]\n",
        "start.bin": b"\x00\xff",
    }
    for name, content in {**sent, "nets/__pycache__/a.pyc": b"", "nets/.gitignore": b""}.items():
        (workspace / name).write_bytes(content)
    model = {"kind": "module", "path": "nets:net", "files": ["start.bin"]}
    assert files_of(tiny.study(model=model)) == sent
