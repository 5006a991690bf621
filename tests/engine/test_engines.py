"""Whoever trains stacks: the same bits, the same files, no more lost than a checkpoint interval."""

from __future__ import annotations

import pickle
import weakref
from pathlib import Path

import pytest

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.engine import checkpoints, train_stack
from regscope.engine.cell import train_cell, training_cell, training_cells
from regscope.engine.choice import ENGINE, ENGINES, chosen_engine
from regscope.engine.local import Local
from regscope.engine.messages import Epoch
from regscope.engine.together import Cells
from regscope.study.params import Study
from regscope.training.progress import Progress
from tests import tiny
from tests.engine.here import Here, choose
from tests.engine.test_cell import same
from tests.regularizers.settings import CELLS


def several() -> Study:
    """Two cells that train as one, and one that does not train with them."""
    settings = tiny.study(optimizer="adam").model_dump(mode="json", exclude_none=True)
    cells = {"none": {}, "weak": {"l2": 1e-4}, "strong": {"l2": 0.1}, "other": {"dropout": 0.5}}
    return Study.model_validate({**settings, "regularizers": cells})


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((folder / ".regscope").rglob("*.safetensors"))
    }


def test_every_engine_gives_the_same_bits_and_the_same_files(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGSCOPE_WORKERS", "2")
    study, regs = several(), ["weak", "strong", "other"]
    with training_cells(study, regs, digits_folder, "tiny") as expected:
        left = files(workspace)
    told: list[Epoch] = []
    engine = choose(Here(), monkeypatch)
    with training_cells(study, regs, digits_folder, "tiny", watch=told.append) as found:
        assert files(workspace) == left
    assert len(left) >= 2
    assert told == engine.trained
    assert list(found) == list(expected)
    for reg in regs:
        assert same(found[reg], expected[reg]), reg


@pytest.mark.parametrize(("first", "second"), [("local", "here"), ("here", "local")])
def test_an_engine_goes_on_where_another_stopped(
    first: str,
    second: str,
    workspace: Path,
    digits_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(ENGINES, "here", Here)
    monkeypatch.setenv("REGSCOPE_WORKERS", "1")
    monkeypatch.setenv("REGSCOPE_CHECKPOINT_SECONDS", "0")
    study = tiny.study(CELLS["everything"], "adam", training={"epochs": 60, "seeds": 2})
    undisturbed = train_cell(study, "tested", digits_folder, "tiny")

    def stop(epoch: Epoch) -> None:
        if epoch.number == 3:
            raise KeyboardInterrupt

    monkeypatch.setenv(ENGINE, first)
    with (
        pytest.raises(KeyboardInterrupt),
        training_cell(study, "tested", digits_folder, "tiny", watch=stop),
    ):
        raise AssertionError("it was to be stopped")
    (path,) = (workspace / ".regscope").rglob("0-1.safetensors")
    stood = checkpoints.load(path)
    assert stood is not None
    assert 2 <= stood.epoch < 60
    # A mark that only a run which goes on from here can carry to the end.
    stood.history[1, 0, 0] = undisturbed.history[1, 0, 0] = 123
    checkpoints.save(path, stood)
    monkeypatch.setenv(ENGINE, second)
    assert same(train_cell(study, "tested", digits_folder, "tiny"), undisturbed)
    line = f"tiny: seeds 0 to 1 go on from epoch {stood.epoch}\n"
    assert capsys.readouterr().out == line


@pytest.mark.parametrize(
    ("interval", "fatal", "epochs"),
    [
        (0, 4, [1, 2, 3, 4, 4, 5, 6, 7]),
        (2, 5, [1, 2, 3, 4, 5, 4, 5, 6, 7]),
        (2, 2, [1, 2, 1, 2, 3, 4, 5, 6, 7]),
        (100, 7, [1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_a_stack_whose_trainer_dies_loses_one_checkpoint_interval(
    interval: int,
    fatal: int,
    epochs: list[int],
    workspace: Path,
    digits_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By a clock on which an epoch takes a second; more than `interval` lie between two states."""
    study = tiny.study(CELLS["everything"], "adam", training={"epochs": 7, "seeds": 2})
    undisturbed = train_cell(study, "tested", digits_folder, "tiny")
    engine = choose(Here(fatal), monkeypatch)
    monkeypatch.setenv("REGSCOPE_CHECKPOINT_SECONDS", str(interval))
    monkeypatch.setattr(train_stack, "monotonic", lambda: len(engine.trained))
    told: list[Epoch] = []
    with training_cell(study, "tested", digits_folder, "tiny", watch=told.append) as found:
        assert same(found, undisturbed)
    assert [epoch.number for epoch in engine.trained] == epochs
    assert [epoch.number for epoch in told] == list(range(1, 8))


def test_what_a_stack_goes_on_from_is_not_kept(digits: Dataset) -> None:
    study = tiny.study(CELLS["everything"], "adam")
    stood = tiny.trainer(study, digits, [0, 1]).state()
    begun = [pickle.dumps(stood)]
    gone: list[weakref.ref[object]] = []

    def start() -> Progress:
        found: Progress = pickle.loads(begun.pop())
        gone.extend(map(weakref.ref, (found, *found.model.values(), *found.optimizer.values())))
        return found

    def tell(what: Epoch | Progress) -> None:
        assert {kept() for kept in gone} == {None}

    cells = Cells(("tested",), 2)
    task = train_stack.StackTask(study, cells, (0, 1), digits, "test", "cpu", 0, start)
    train_stack.train_stack(task, tell)
    assert len(gone) > 1


def test_processes_of_this_machine_train_unless_another_engine_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(ENGINE, raising=False)
    assert isinstance(chosen_engine(), Local)
    engine = choose(Here(), monkeypatch)
    assert chosen_engine() is engine


def test_an_engine_that_is_not_there_is_refused_before_anything_is_trained(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENGINE, "moon")
    with pytest.raises(RegscopeError) as refused:
        train_cell(tiny.study(), "tested", digits_folder, "tiny")
    assert str(refused.value) == "REGSCOPE_ENGINE = moon: choose from: local, ray"
    assert list(workspace.iterdir()) == []
