"""Epochs of long training in MLflow while it goes on."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from mlflow.entities import Run

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.engine.messages import Epoch
from regscope.tracking import models, store
from regscope.tracking.live import Stream, following
from regscope.tracking.track import track
from tests.conftest import ROOT
from tests.tracking import small
from tests.tracking.small import EPOCHS, NAME, SEEDS, Held


def epochs(factor: float = 1) -> list[Epoch]:
    """What training told of the small study's l1; with a factor, what another one would have."""
    import pandas as pd

    file = paths.model(NAME, "l1") / "history.csv"
    history = pd.read_csv(file, float_precision="round_trip")
    told = []
    for number in range(1, EPOCHS + 1):
        rows = history[history["epoch"] == number]
        values = tuple(tuple(factor * column) for column in rows.iloc[:, 2:].T.to_numpy())
        told.append(Epoch("l1", tuple(rows["seed"]), number, values))
    return told


def stream(*told: Epoch, error: BaseException | None = None) -> None:
    """A training that tells these epochs and then ends, or breaks off."""
    with following(NAME, "l1", after=0) as opened:
        for epoch in told:
            opened.add(epoch)
        if error is not None:
            raise error


@pytest.fixture
def earlier(tracked: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The runs that there are before l1 is trained with another strength; no model is logged."""
    before = {run.info.run_id for run in Held().runs()}
    small.change_strength(0.02)
    monkeypatch.setattr(models, "log", lambda *_: None)
    return before


def parents(earlier: set[str], status: str | None = None) -> list[Run]:
    """Those added since, of that status."""
    added = [run for run in Held().parents() if run.info.run_id not in earlier]
    return [run for run in added if status in (None, run.info.status)]


def check_whole(parent: Run) -> None:
    """A finished child a seed, with every epoch of history.csv once."""
    held = Held()
    children = sorted(held.children(parent), key=lambda run: run.data.tags["regscope.seed"])
    assert [run.data.tags["regscope.seed"] for run in children] == [str(s) for s in range(SEEDS)]
    for seed, child in enumerate(children):
        assert child.info.status == "FINISHED"
        for row, column in ((0, "train_loss"), (3, "test_loss")):
            expected = [(epoch.number, epoch.history[row][seed]) for epoch in epochs()]
            assert held.curve(child, f"epoch/{column}") == expected


def test_epochs_appear_in_the_runs_that_tracking_completes(earlier: set[str]) -> None:
    stream(*epochs()[:2])
    (begun,) = parents(earlier)
    assert begun.info.status == "RUNNING"
    assert begun.data.tags["regscope.reg"] == "l1"
    # An interrupted training goes on in the same runs, and tells some epochs once more.
    stream(epochs()[1])
    live = Held().children(begun)
    assert len(live) == SEEDS
    for child in live:
        assert [step for step, _ in Held().curve(child, "epoch/test_loss")] == [1, 2]
    track(NAME)
    (finished,) = parents(earlier, "FINISHED")
    assert finished.info.run_id == begun.info.run_id
    assert len(parents(earlier)) == 1
    check_whole(finished)


@pytest.mark.parametrize("told_live", [False, True])
def test_epochs_of_another_training_are_not_mixed_in(earlier: set[str], told_live: bool) -> None:
    """As after a change of the library, of which settings say nothing."""
    stream(*epochs(factor=1.001)[:2])
    (old,) = parents(earlier)
    if told_live:
        stream(epochs()[0])
        (new,) = parents(earlier, "RUNNING")
        assert new.info.run_id != old.info.run_id
    track(NAME)
    (killed,), (finished,) = parents(earlier, "KILLED"), parents(earlier, "FINISHED")
    assert killed.info.run_id == old.info.run_id
    assert len(parents(earlier)) == 2
    assert [child.info.status for child in Held().children(killed)] == ["KILLED"] * SEEDS
    check_whole(finished)


def wait_for_steps(earlier: set[str], count: int) -> None:
    """Until every seed has that many epochs."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        children = [child for run in parents(earlier) for child in Held().children(run)]
        if [len(Held().curve(run, "epoch/test_accuracy")) for run in children] == [count] * SEEDS:
            return
        time.sleep(0.05)
    pytest.fail(f"{count} epochs do not appear")


def test_only_one_of_two_trainings_of_a_cell_is_shown(earlier: set[str]) -> None:
    """As in two of DVC's queue workers; the one that ends first is tracked at once."""
    one, other = Stream(NAME, "l1", after=0), Stream(NAME, "l1", after=0)
    one.add(epochs()[0])
    wait_for_steps(earlier, 1)
    for epoch in epochs()[:2]:
        other.add(epoch)
    other.close()
    one.add(epochs()[1])
    wait_for_steps(earlier, 2)
    track(NAME)
    one.add(epochs()[2])
    one.close("KILLED")
    (finished,) = parents(earlier)
    assert finished.info.status == "FINISHED"
    check_whole(finished)


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), "KILLED"), (RegscopeError("nan"), "FAILED")]
)
def test_a_training_that_breaks_off_ends_its_runs(
    earlier: set[str], error: BaseException, status: str
) -> None:
    def statuses() -> list[str]:
        (parent,) = parents(earlier)
        return [run.info.status for run in (parent, *Held().children(parent))]

    with pytest.raises(type(error)):
        stream(epochs()[0], error=error)
    assert statuses() == [status] * (1 + SEEDS)
    stream(epochs()[1])
    assert statuses() == ["RUNNING"] * (1 + SEEDS)


def test_a_training_that_ends_where_an_earlier_one_did_adds_nothing(tracked: Path) -> None:
    before = Held().counts(), small.ledger()
    stream(*epochs())
    assert len(Held().counts()) == len(before[0]) + 1
    track(NAME)
    assert (Held().counts(), small.ledger()) == before


def test_short_training_leaves_the_store_alone(untracked: Path) -> None:
    with following(NAME, "l1") as opened:
        for epoch in epochs():
            opened.add(epoch)
    assert not store.folder().exists()
    code = (
        "import sys; from regscope.tracking.live import following\n"
        "with following('small', 'l1'): pass\n"
        "print('mlflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://me:secret@127.0.0.1:9", "http://127.0.0.1:9"),
        # Its driver is not installed, which is not an error of MLflow's own.
        ("postgresql+psycopg2://me:secret@host/runs", "postgresql+psycopg2://host/runs"),
    ],
)
def test_a_store_that_does_not_answer_costs_a_line(
    untracked: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    uri: str,
    shown: str,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    monkeypatch.setenv(store.URI, uri)
    with pytest.raises(KeyboardInterrupt):
        stream(*epochs(), error=KeyboardInterrupt())
    found = capsys.readouterr()
    line = f"regscope: small/l1: epochs are not shown live at {shown}: "
    assert found.err.startswith(line)
    assert found.err.count("\n") == 1
    assert "secret" not in found.err
    assert found.out == ""
