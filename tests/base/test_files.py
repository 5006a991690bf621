from __future__ import annotations

import errno
import json
import math
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file

from regscope.base.checksums import NOTED
from regscope.base.files import (
    write_bytes,
    write_csv,
    write_json,
    write_json_by_key,
    write_text,
)
from regscope.base.folders import whole_folder
from regscope.base.tensors import write_tensors


def names(folder: Path) -> list[str]:
    """All files but the checksums that are kept of them."""
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sorted(str(path) for path in files if NOTED not in path.parents)


def test_a_folder_becomes_its_target_when_the_block_ends_well(workspace: Path) -> None:
    target = Path("data") / "models" / "small" / "l1"
    with whole_folder(target) as folder:
        (folder / "model.txt").write_text("weights")
        assert not target.exists()
        assert target.parent not in folder.parents
    assert (target / "model.txt").read_text() == "weights"
    assert names(workspace) == ["data/models/small/l1/model.txt"]
    assert list((workspace / "data" / ".partial").iterdir()) == []
    assert target.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("end", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_when_the_block_does_not(end: type[BaseException], workspace: Path) -> None:
    target = Path("data") / "models" / "l1"

    def stop() -> None:
        with whole_folder(target) as folder:
            (folder / "half.txt").write_text("half")
            raise end

    with pytest.raises(end):
        stop()
    assert not target.exists()
    assert names(workspace) == []


def test_an_older_folder_stays_when_the_block_does_not_end_well(workspace: Path) -> None:
    target = Path("data") / "models" / "l1"
    target.mkdir(parents=True)
    (target / "old.txt").write_text("old")

    def stop() -> None:
        with whole_folder(target) as folder:
            (folder / "new.txt").write_text("half")
            raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        stop()
    assert names(workspace) == ["data/models/l1/old.txt"]


def test_an_older_folder_is_replaced_as_a_whole(workspace: Path) -> None:
    target = Path("data") / "models" / "l1"
    for content in ("old", "new"):
        with whole_folder(target) as folder:
            assert list(folder.iterdir()) == []
            (folder / f"{content}.txt").write_text(content)
    assert names(workspace) == ["data/models/l1/new.txt"]


def test_what_a_killed_run_left_is_removed_and_other_targets_are_not(workspace: Path) -> None:
    target = Path("data") / "models" / "l1"
    waiting = Path("data") / ".partial"
    leftover, other = waiting / "data-models-l1.dead", waiting / "data-models-l12.alive"
    for folder in (leftover, other):
        folder.mkdir(parents=True)
        (folder / "half.txt").write_text("half")
    with whole_folder(target):
        assert not leftover.exists()
        assert other.exists()


@pytest.mark.parametrize("before", ["nothing", "a folder", "a file", "a link to a folder"])
def test_a_folder_on_another_disk_becomes_its_target_too(
    before: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renaming works below `disk` and elsewhere, and not from one to the other."""
    disk = workspace / "disk"
    disk.mkdir()
    (workspace / "data").mkdir()
    (workspace / "data" / "models").symlink_to(disk)
    target = Path("data") / "models" / "small" / "l1"
    target.parent.mkdir()
    if before == "a folder":
        target.mkdir()
        (target / "old.txt").write_text("old")
    elif before == "a file":
        target.write_text("old")
    elif before == "a link to a folder":
        (disk / "elsewhere").mkdir()
        target.symlink_to(disk / "elsewhere")
    rename = Path.rename

    def rename_on_one_disk(path: Path, other: Path) -> Path:
        if (disk in path.resolve().parents) != (disk in other.resolve().parents):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(path))
        return rename(path, other)

    monkeypatch.setattr(Path, "rename", rename_on_one_disk)
    with whole_folder(target) as folder:
        (folder / "model.txt").write_text("weights")
    assert [path.name for path in target.iterdir()] == ["model.txt"]
    assert [path.name for path in target.parent.iterdir()] == ["l1"]
    assert not target.is_symlink()
    assert list((workspace / "data" / ".partial").iterdir()) == []


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    write_text(path, "old")
    write_text(path, "naïve")
    assert path.read_bytes() == "naïve".encode()
    assert names(tmp_path) == ["new/file.txt"]


def test_a_full_disk_leaves_the_old_file_and_no_partial_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.bin"
    write_bytes(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as failed:
        write_bytes(path, b"new")
    assert failed.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file.bin"]


def test_what_a_killed_writer_left_goes_and_a_running_ones_stays(tmp_path: Path) -> None:
    killed = subprocess.Popen(["true"])
    killed.wait()
    for number in (killed.pid, os.getppid()):
        (tmp_path / f".file[1].csv.{number}.partial").write_text("half")
    (tmp_path / f".file1.csv.{killed.pid}.partial").write_text("another's")
    write_text(tmp_path / "file[1].csv", "whole")
    assert names(tmp_path) == [
        f".file1.csv.{killed.pid}.partial", f".file[1].csv.{os.getppid()}.partial", "file[1].csv",
    ]  # fmt: skip


@pytest.mark.parametrize("write", [write_json, write_json_by_key])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_json_holds_no_number_that_json_does_not_have(
    value: float, write: Callable[[Path, Any], None], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(tmp_path / "file.json", {"value": value})
    assert names(tmp_path) == []


def test_json_by_key_has_a_line_each(tmp_path: Path) -> None:
    write_json_by_key(tmp_path / "file.json", {"b": [1, 2.5], "a": {"ü": None}})
    assert (tmp_path / "file.json").read_text() == '{\n  "b": [1, 2.5],\n  "a": {"ü": null}\n}\n'


def test_json_keeps_the_order_given(tmp_path: Path) -> None:
    value = {"b": [1, 2.5], "a": {"ü": None}}
    write_json(tmp_path / "file.json", value)
    text = (tmp_path / "file.json").read_text()
    assert json.loads(text) == value
    assert text.index('"b"') < text.index('"a"')
    assert text.endswith("}\n")


def test_csv_by_bytes(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"seed": 0, "accuracy": 1 / 3, "layer": "hidden1"},
        {"accuracy": 1e-7, "seed": 1, "layer": "a,b"},
    ]
    write_csv(tmp_path / "file.csv", rows)
    expected = b'seed,accuracy,layer\n0,0.3333333333,hidden1\n1,1e-07,"a,b"\n'
    assert (tmp_path / "file.csv").read_bytes() == expected


def test_nan_is_an_empty_field_that_reads_as_nan(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    write_csv(file, [{"seed": 0, "loss": math.nan}, {"seed": 1, "loss": np.float64("nan")}])
    assert file.read_text() == "seed,loss\n0,\n1,\n"
    assert pd.read_csv(file)["loss"].isna().all()


def test_strided_tensors_are_written_in_their_order(tmp_path: Path) -> None:
    whole = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    tensors = {
        "transposed": whole.transpose(2, 0, 1),
        "reversed": whole[:, ::-1],
        "sliced": whole[:, 1:, ::2],
        "column_major": np.asfortranarray(whole),
        "number": np.array(3),
    }
    write_tensors(tmp_path / "file.safetensors", tensors)
    found = load_file(tmp_path / "file.safetensors")
    assert set(found) == set(tensors)
    for name, tensor in tensors.items():
        assert np.array_equal(found[name], tensor), name
        assert found[name].dtype == tensor.dtype


def test_the_same_tensors_give_the_same_bytes(tmp_path: Path) -> None:
    tensors = {"b": np.ones(3), "a": np.zeros((2, 2))}
    for name in ("one", "two"):
        write_tensors(tmp_path / name, tensors)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    write_csv(tmp_path / "empty.csv", [], ("seed", "units"))
    assert (tmp_path / "empty.csv").read_text() == "seed,units\n"
    write_csv(tmp_path / "full.csv", [{"seed": 1}], ("seed", "units"))
    assert (tmp_path / "full.csv").read_text() == "seed\n1\n"
