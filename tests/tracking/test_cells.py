from __future__ import annotations

import os
from pathlib import Path

import pytest

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.tracking.cells import cells_of

NAME = "toy"
SETTINGS = {
    "title": "Toy",
    "data": {"source": "digits"},
    "training": {"epochs": 2},
    "regularizers": {"none": {}, "l1": {"l1": 0.1}, "l2": None},
}


def write(workspace: Path, **settings: object) -> None:
    write_json(paths.summary(NAME) / "settings.json", SETTINGS | settings)
    for reg in ("none", "l1"):
        for folder in (paths.model(NAME, reg), paths.evaluation(NAME, reg)):
            folder.mkdir(parents=True, exist_ok=True)
        (paths.model(NAME, reg) / "history.csv").write_text("seed,epoch\n0,1\n")
        (paths.model(NAME, reg) / "model.safetensors").write_bytes(b"1234")
        (paths.evaluation(NAME, reg) / "measures.csv").write_text("seed,loss\n0,1\n")


def digests() -> dict[str, str]:
    return {cell.reg: cell.digest for cell in cells_of(NAME)[0]}


def test_cells_differ_by_their_settings_alone(workspace: Path) -> None:
    write(workspace)
    found, missing = cells_of(NAME)
    assert ([cell.reg for cell in found], missing) == (["none", "l1"], [])
    assert found[0].digest != found[1].digest
    assert found[1].settings == {
        "data": {"source": "digits"},
        "training": {"epochs": 2},
        "regularizer": {"l1": 0.1},
    }


def test_restored_results_are_the_same_cells(workspace: Path) -> None:
    write(workspace)
    before = digests()
    for file in paths.DATA.rglob("*"):
        os.utime(file, (1, 1))
    write(workspace, title="Another title")
    assert digests() == before


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (paths.model(NAME, "l1") / "history.csv", b"seed,epoch\n0,2\n"),
        (paths.model(NAME, "l1") / "model.safetensors", b"12345"),
        (paths.evaluation(NAME, "l1") / "measures.csv", b"seed,loss\n0,2\n"),
        (paths.evaluation(NAME, "l1") / "another.csv", b""),
    ],
)
def test_other_results_are_another_cell(workspace: Path, file: Path, content: bytes) -> None:
    write(workspace)
    before = digests()
    file.write_bytes(content)
    after = digests()
    assert after["none"] == before["none"]
    assert after["l1"] != before["l1"]


def test_other_settings_are_another_cell_with_the_same_results(workspace: Path) -> None:
    write(workspace)
    before = digests()
    write(workspace, regularizers={"none": {}, "l1": {"l1": 0.2}})
    assert digests()["none"] == before["none"]
    assert digests()["l1"] != before["l1"]
    write(workspace, training={"epochs": 3})
    assert not set(digests().values()) & set(before.values())


def test_cells_whose_results_are_not_here_are_named(workspace: Path) -> None:
    write(workspace)
    (paths.evaluation(NAME, "l1") / "measures.csv").unlink()
    found, missing = cells_of(NAME)
    assert ([cell.reg for cell in found], missing) == (["none"], ["l1"])


def test_settings_with_a_conflict(workspace: Path) -> None:
    write(workspace)
    file = paths.summary(NAME) / "settings.json"
    file.write_text("<<<<<<< HEAD\n" + file.read_text())
    with pytest.raises(RegscopeError, match=r"toy/settings.json: line 1: a conflict .*dvc repro$"):
        cells_of(NAME)


def test_a_study_without_results(workspace: Path) -> None:
    with pytest.raises(RegscopeError, match=r"toy/settings.json: not there; build the study with"):
        cells_of(NAME)
