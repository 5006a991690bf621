"""Which cells of a study are trained: those alone that are not as they were trained before."""

from __future__ import annotations

import json
import shutil
from math import inf
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock

from regscope import numerics
from regscope.base import paths
from regscope.base.dvc_cache import md5
from regscope.base.errors import RegscopeError
from regscope.base.made import is_there
from regscope.engine.run import folder_of
from regscope.engine.study import OUTPUTS, forget, made_from, stale_cells, train_study
from regscope.study.networks import MODEL_FILE
from regscope.study.params import Study, load_params
from tests import tiny

CELLS: dict[str, Any] = {"none": {}, "l1": {"l1": 0.01}, "left_out": None}
BOTH = ["digits/none", "digits/l1"]


@pytest.fixture(autouse=True)
def prepared(workspace: Path, digits_folder: Path) -> None:
    shutil.copytree(digits_folder, paths.prepared("digits"))


def study(**cells: Any) -> Study:
    """The study `digits` of params.yaml, with CELLS but those that are given."""
    written = tiny.study().model_dump(mode="json", exclude_none=True)
    written |= {"regularizers": CELLS | cells}
    written["training"] |= {"epochs": 2, "seeds": 2}
    reg = next(reg for reg, cell in written["regularizers"].items() if cell)
    params = {"study": "digits", "reg": reg, "studies": {"digits": written}}
    paths.PARAMS.write_text(yaml.safe_dump(params, sort_keys=False))
    return load_params().studies["digits"]


def trained(capsys: pytest.CaptureFixture[str], **cells: Any) -> list[str]:
    """The cells that the stage says it trained."""
    found = study(**cells)
    train_study("digits", found, found.cells)
    lines = capsys.readouterr().out.splitlines()
    return [line.split(":")[0] for line in lines if " seeds, " in line]


def files(reg: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in paths.model("digits", reg).iterdir()}


def store_as_dvc() -> None:
    """Put every file of the trained cells into the cache, as `dvc repro` does afterwards."""
    for file in paths.DATA.glob("models/digits/*/*"):
        name = md5(file)
        held = Path(".dvc/cache/files/md5") / name[:2] / name[2:]
        held.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, held)


def test_what_is_damaged_missing_or_made_from_other_things_is_trained_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert trained(capsys) == BOTH
    assert trained(capsys) == []
    folder, whole = paths.model("digits", "l1"), files("l1")
    assert set(whole) == {MODEL_FILE, "history.csv", "environment.json", paths.MADE_FROM}

    table = folder / "history.csv"
    table.write_text(table.read_text().replace("0.", "9.", 1))
    assert trained(capsys) == ["digits/l1"]
    (folder / MODEL_FILE).unlink()
    assert trained(capsys) == ["digits/l1"]
    (folder / "more.csv").touch()
    assert trained(capsys) == ["digits/l1"]
    (folder / paths.MADE_FROM).write_text("{")
    assert trained(capsys) == ["digits/l1"]
    assert files("l1") == whole


def test_settings_data_and_the_version_of_numerics_decide(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(capsys)
    assert trained(capsys, more={"l2": 0.001}) == ["digits/more"]
    assert trained(capsys, l1={"l1": 0.02}) == ["digits/l1"]
    monkeypatch.setattr(numerics, "NUMERICS_VERSION", numerics.NUMERICS_VERSION + 1)
    assert trained(capsys, l1={"l1": 0.02}) == BOTH
    (paths.prepared("digits") / "more.txt").touch()
    assert trained(capsys, l1={"l1": 0.02}) == BOTH


def test_a_cell_that_is_gone_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    trained(capsys)
    assert trained(capsys, l1=None, l2={"l2": 0.01}) == ["digits/l2"]
    assert not paths.model("digits", "l1").exists()


def test_what_dvcs_cache_has_is_brought_back(capsys: pytest.CaptureFixture[str]) -> None:
    trained(capsys)
    store_as_dvc()
    first = files("l1")
    assert trained(capsys, l1={"l1": 0.02}) == ["digits/l1"]
    assert files("l1") != first
    assert trained(capsys) == []
    assert files("l1") == first
    # Of the other strength the cache has nothing.
    assert trained(capsys, l1={"l1": 0.02}) == ["digits/l1"]


def test_only_whole_cells_and_only_files_of_theirs_are_brought_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    trained(capsys)
    store_as_dvc()
    own = md5(paths.model("digits", "l1") / MODEL_FILE)
    held = Path(".dvc/cache/files/md5") / own[:2] / own[2:]
    shutil.rmtree(paths.DATA / "models")
    held.write_bytes(held.read_bytes()[:-1])
    assert trained(capsys) == ["digits/l1"]
    held.unlink()
    shutil.rmtree(paths.DATA / "models")
    assert trained(capsys) == ["digits/l1"]
    store_as_dvc()
    shutil.rmtree(paths.DATA / "models")
    for noted in Path(".regscope/made").iterdir():
        noted.write_text(json.dumps({"../outside": own}))
    assert trained(capsys) == BOTH
    assert list(Path().rglob("outside")) == []


def test_a_damaged_file_of_the_cache_is_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    trained(capsys)
    store_as_dvc()
    own = md5(paths.model("digits", "l1") / MODEL_FILE)
    held = Path(".dvc/cache/files/md5") / own[:2] / own[2:]
    held.write_bytes(held.read_bytes()[:-1])
    shutil.rmtree(paths.DATA / "models")
    made = made_from("digits", study(), ["l1"])["l1"]
    assert not is_there(paths.model("digits", "l1"), made, OUTPUTS)
    assert not paths.model("digits", "l1").exists()


def test_what_was_pulled_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    trained(capsys)
    store_as_dvc()
    shutil.rmtree(".regscope/made")
    assert trained(capsys) == []
    shutil.rmtree(paths.DATA / "models")
    assert trained(capsys) == []
    assert set(files("l1")) == {MODEL_FILE, "history.csv", "environment.json", paths.MADE_FROM}


def test_infinity_is_a_setting(capsys: pytest.CaptureFixture[str]) -> None:
    cells = {"bounded": {"max_norm": inf}}
    assert trained(capsys, **cells) == [*BOTH, "digits/bounded"]
    assert trained(capsys, **cells) == []


def test_a_forgotten_cell_is_trained_anew(capsys: pytest.CaptureFixture[str]) -> None:
    trained(capsys)
    store_as_dvc()
    found = study()
    forget("digits", found, ["l1"])
    assert stale_cells("digits", found) == ["l1"]
    assert trained(capsys) == ["digits/l1"]


def test_a_cell_that_cannot_be_trained_stops_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever DVC makes of the folder of a stage that has failed."""
    with pytest.raises(RegscopeError, match=r"^not trained: digits/wild$"):
        trained(capsys, wild={"l2": 1e6})
    assert capsys.readouterr().err.startswith("regscope: digits/wild: ")
    shutil.rmtree(paths.DATA / "models", ignore_errors=True)
    with pytest.raises(RegscopeError, match=r"^digits/wild: "):
        trained(capsys, wild={"l2": 1e6})
    told = capsys.readouterr()
    assert [line for line in told.out.splitlines() if line.endswith("finished")] == [
        "digits/none: 2 seeds are finished",
        "digits/l1: 2 seeds are finished",
    ]
    # Where nothing else is to be trained, what is wrong is all that is said.
    assert told.err == ""
    shutil.rmtree(paths.DATA / "models")
    found = study()
    train_study("digits", found, found.cells)
    assert capsys.readouterr().out.count(" seeds are finished") == 2
    assert list(Path(".regscope/checkpoints").glob("*/*.safetensors")) == []


def test_cells_that_another_run_is_at_are_trained_here_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As two experiments of DVC's queue do that have a cell in common."""
    found = study()
    held = folder_of(found, ["l1"], paths.prepared("digits"), "test", "cpu", "fastest")
    held.parent.mkdir(parents=True)
    with FileLock(held.with_suffix(".lock")):
        assert trained(capsys) == BOTH
    # One a cell: the lock that was held was that of this cell.
    assert len(list(held.parent.glob("*.lock"))) == len(BOTH)
    assert len(files("l1")) == 4
