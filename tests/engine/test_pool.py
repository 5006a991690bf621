"""Cells of several studies through one pool: the same bits, found without torch, none lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json
from regscope.engine.base import Heard, Work
from regscope.engine.cell import train_cell, training_cell
from regscope.engine.pool import Wanted, train_all
from regscope.study.params import Study
from tests import tiny
from tests.engine.here import Here, choose
from tests.engine.test_cell import same

LIGHT = """
import json, sys
from pathlib import Path
from regscope.engine.cell import training_cell
from regscope.study.params import Study

study = Study.model_validate(json.loads(Path(sys.argv[1]).read_text()))
with training_cell(study, "tested", Path(sys.argv[2]), "first/tested") as trained:
    print(trained.history.shape, trained.device, trained.arithmetic)
from multiprocessing import forkserver
print("torch" in sys.modules, forkserver._forkserver._forkserver_pid)
"""


class Many(Here):
    """There are more workers than anybody has networks for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def workers(self, device: str) -> int:
        return 4096

    def train(self, works: Sequence[Work], workers: int, heard: Heard) -> None:
        self.asked.append(workers)
        super().train(works, workers, heard)


def wanted(name: str, study: Study, data: Path, *regs: str) -> Wanted:
    return Wanted(name, study, regs or ("none", "tested"), data)


def first(**settings: Any) -> Study:
    return tiny.study({"l2": 0.001}, "adam", training={"seeds": 3}, **settings)


def second() -> Study:
    """Of another network, and with another arithmetic."""
    training = {"seeds": 2, "arithmetic": "portable"}
    return tiny.study({"dropout": 0.4}, training=training, model={"kind": "mlp", "hidden": [6]})


def test_what_it_leaves_is_what_each_cell_comes_to_by_itself(
    workspace: Path,
    digits_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Processes keep to one arithmetic; two of them have more stacks than they are."""
    monkeypatch.setenv("REGSCOPE_WORKERS", "2")
    studies = {"first": first(), "second": second()}
    expected = {
        (name, reg): train_cell(study, reg, digits_folder, name)
        for name, study in studies.items()
        for reg in ("none", "tested")
    }
    train_all([wanted(name, study, digits_folder) for name, study in studies.items()])
    capsys.readouterr()
    for (name, reg), alone in expected.items():
        with training_cell(studies[name], reg, digits_folder, f"{name}/{reg}") as found:
            seeds = studies[name].training.seeds
            assert capsys.readouterr().out == f"{name}/{reg}: {seeds} seeds are finished\n"
            assert same(found, alone)
    assert not any(path.is_dir() for path in paths.checkpoints().iterdir())


def test_a_finished_cell_is_taken_without_torch_or_a_process(
    workspace: Path, digits_folder: Path, tmp_path: Path
) -> None:
    train_all([wanted("first", first(), digits_folder)])
    write_json(tmp_path / "study.json", first().model_dump(mode="json", exclude_none=True))
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, str(tmp_path / "study.json"), str(digits_folder)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    epochs = first().training.epochs
    told, *rest = done.stdout.splitlines()
    assert told == "first/tested: 3 seeds are finished"
    assert rest == [f"(5, 3, {epochs}) cpu fastest", "False None"]


def test_another_setting_is_not_what_is_finished(workspace: Path, digits_folder: Path) -> None:
    train_all([wanted("first", first(), digits_folder)])
    other = first(split={"train": 90})
    alone = train_cell(first(), "tested", digits_folder, "first/tested")
    assert not same(train_cell(other, "tested", digits_folder, "first/tested"), alone)


def test_a_cell_that_cannot_be_trained_stops_no_other(
    workspace: Path, digits_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does a study that cannot begin."""
    settings = tiny.study(training={"epochs": 20}).model_dump(mode="json", exclude_none=True)
    cells = {"none": {}, "tested": {"l2": 0.001}, "wild": {"l2": 1e6}}
    wild = Study.model_validate({**settings, "regularizers": cells})
    nowhere = workspace / "nowhere"
    with pytest.raises(RegscopeError) as refused:
        train_all(
            [
                wanted("wild", wild, digits_folder, "wild", "none", "tested"),
                wanted("lost", second(), nowhere),
                wanted("second", second(), digits_folder),
            ]
        )
    assert str(refused.value) == "not trained: lost/none, lost/tested, wild/wild"
    told = capsys.readouterr().err.splitlines()
    assert sum(line.startswith("regscope: wild/wild: ") for line in told) == 1
    assert sum(line.startswith("regscope: lost: ") for line in told) == 1
    for study, reg in ((wild, "none"), (wild, "tested"), (second(), "none"), (second(), "tested")):
        with training_cell(study, reg, digits_folder, reg):
            assert capsys.readouterr().out.endswith(" seeds are finished\n")


def test_workers_are_as_many_as_all_studies_have_networks_for(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The study of the fewest holds none of them back."""
    many = Many()
    choose(many, monkeypatch)
    train_all([wanted("first", first(), digits_folder), wanted("second", second(), digits_folder)])
    assert many.asked == [2 * 3 + 2 * 2]


def test_the_longest_stacks_train_first(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By operations, examples and epochs, whichever study they are of."""
    engine = choose(Here(), monkeypatch)
    wide = tiny.study({}, training={"seeds": 2}, model={"kind": "mlp", "hidden": [64]})
    long = tiny.study({}, training={"seeds": 2, "epochs": 400})
    train_all(
        [
            wanted("short", tiny.study({}, training={"seeds": 2}), digits_folder, "none"),
            wanted("long", long, digits_folder, "none"),
            wanted("wide", wide, digits_folder, "none"),
        ]
    )
    assert [epoch.number for epoch in engine.trained] == [*range(1, 401), 1, 2, 3, 1, 2, 3]
    middle = engine.trained[400]
    trained = train_cell(wide, "none", digits_folder, "wide").history
    assert middle.history == tuple(map(tuple, trained[:, :, 0].tolist()))
