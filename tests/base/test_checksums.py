"""What was damaged after it was written, and what DVC has brought back."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from pathlib import Path

import numpy as np
import pytest

from regscope.base import checksums
from regscope.base.checksums import checked, checksum, with_checksum, without_checksum
from regscope.base.errors import RegscopeError
from regscope.base.files import write_text
from regscope.base.folders import whole_folder
from regscope.base.tensors import read_tensors, write_tensors
from regscope.datasets import Dataset

FOLDER = Path("data") / "models" / "small" / "l1"
FILE = FOLDER / "model.safetensors"


@pytest.fixture
def written(workspace: Path) -> Path:
    with whole_folder(FOLDER) as folder:
        write_tensors(folder / FILE.name, {"weight": np.arange(6.0)})
        write_text(folder / "history.csv", "seed,epoch\n0,1\n")
    return FILE


def damage(file: Path, place: int = -1) -> None:
    """One bit, and the times and the size as before: what DVC goes by."""
    before, content = file.stat(), bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_known_checksum(tmp_path: Path) -> None:
    """That of the nine digits, which defines CRC-32."""
    (tmp_path / "file").write_text("123456789")
    assert checksum(tmp_path / "file") == "cbf43926"


def test_what_is_as_it_was_written_is_read(written: Path) -> None:
    assert checked(written) == written
    assert read_tensors(written)["weight"].tolist() == [0, 1, 2, 3, 4, 5]
    checksums.check_folder(FOLDER)


@pytest.mark.parametrize("place", [0, 20, -1])
def test_one_damaged_bit_is_one_line(place: int, written: Path) -> None:
    wanted = checksum(written)
    damage(written, place)
    for read in (read_tensors, checked, lambda file: checksums.check_folder(file.parent)):
        with pytest.raises(RegscopeError) as refused:
            read(written)
        assert str(refused.value) == (
            f"{FILE}: damaged, not what was written (CRC-32 {checksum(written)}, must be {wanted});"
            f" remove {FOLDER} and make it anew with: dvc repro"
        )


def test_what_nobody_has_noted_is_read_as_it_is(workspace: Path) -> None:
    FOLDER.mkdir(parents=True)
    write_tensors(FILE, {"weight": np.ones(1)})
    damage(FILE)
    assert checked(FILE) == FILE


def test_what_is_written_anew_is_noted_anew(written: Path) -> None:
    with whole_folder(FOLDER) as folder:
        write_text(folder / FILE.name, "another")
    assert checked(FILE).read_text() == "another"


@pytest.mark.parametrize("chosen", [None, "../elsewhere"])
def test_what_dvc_has_brought_back_is_no_damage(
    chosen: str | None, written: Path, workspace: Path
) -> None:
    """A file of another run, which it restores from its cache."""
    content = b"another run's"
    name = hashlib.md5(content).hexdigest()
    cache = workspace / ".dvc" / "cache" if chosen is None else workspace / "elsewhere"
    held = cache / "files" / "md5" / name[:2] / name[2:]
    held.parent.mkdir(parents=True)
    held.write_bytes(content)
    if chosen is not None:
        (workspace / ".dvc").mkdir(exist_ok=True)
        (workspace / ".dvc" / "config").write_text(f"[cache]\n    dir = {chosen}\n")
    written.write_bytes(content)
    assert checked(written) == written
    damage(written)
    with pytest.raises(RegscopeError, match="damaged"):
        checked(written)


@pytest.mark.parametrize("name", ["data.safetensors", "dataset.json", "vocabulary.txt"])
def test_prepared_data_are_checked(name: str, workspace: Path) -> None:
    dataset = Dataset(
        kind="tokens",
        inputs=np.ones((4, 3), np.int32),
        targets=np.zeros((4, 3), np.int64),
        classes=("a", "b"),
        words=3,
        vocabulary=("", "?", "word"),
    )
    folder = Path("data") / "prepared" / "small"
    with whole_folder(folder) as partial:
        dataset.save(partial)
    assert Dataset.load(folder).vocabulary == dataset.vocabulary
    damage(folder / name, -3)
    with pytest.raises(RegscopeError, match=f"^data/prepared/small/{name}: damaged"):
        Dataset.load(folder)


def test_json_carries_its_own(tmp_path: Path) -> None:
    content = {"claims": [{"p": 0.1, "ü": None}], "untestable": []}
    found = json.loads(json.dumps(with_checksum(content)))
    assert without_checksum(found) == content
    found["claims"][0]["p"] = 0.2
    assert without_checksum(found) is None
    assert without_checksum(content) is None
    by_hand = zlib.crc32(b'{"a": 1, "b": 2}')
    assert with_checksum({"b": 2, "a": 1})["crc32"] == f"{by_hand:08x}"
