"""Epochs of long training in MLflow while it goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from regscope import paths
from regscope.tracking import store
from regscope.tracking.live import Stream, following
from regscope.tracking.track import track
from regscope.training.messages import Epoch
from tests.conftest import ROOT
from tests.tracking.small import EPOCHS, NAME, SEEDS, Held


def epochs(reg: str) -> list[Epoch]:
    """What training told of a cell of the small study."""
    import pandas as pd

    history = pd.read_csv(paths.model(NAME, reg) / "history.csv")
    told = []
    for number in range(1, EPOCHS + 1):
        rows = history[history["epoch"] == number]
        values = tuple(map(tuple, rows.iloc[:, 2:].T.to_numpy()))
        told.append(Epoch(reg, tuple(rows["seed"]), number, values))
    return told


def test_epochs_appear_in_the_runs_that_tracking_completes(untracked: Path) -> None:
    with following(NAME, "l1", after=0) as stream:
        for epoch in epochs("l1")[:2]:
            stream.add(epoch)
    held = Held()
    (begun,) = held.parents()
    assert begun.info.status == "RUNNING"
    assert begun.data.tags["regscope.reg"] == "l1"
    # An interrupted training goes on in the same runs, and tells some epochs once more.
    with following(NAME, "l1", after=0) as stream:
        stream.add(epochs("l1")[1])
    live = {child.info.run_id: held.curve(child, "epoch/test_loss") for child in held.runs()[1:]}
    assert len(live) == SEEDS
    assert all([step for step, _ in curve] == [1, 2] for curve in live.values())

    track(NAME)
    held = Held()
    assert begun.info.run_id in [run.info.run_id for run in held.parents()]
    assert list(held.counts().values()) == [SEEDS, SEEDS]
    for run in held.children(begun):
        curve = held.curve(run, "epoch/test_loss")
        assert [step for step, _ in curve] == list(range(1, EPOCHS + 1))
        assert curve[:2] == live[run.info.run_id]
        assert run.info.status == "FINISHED"


def test_short_training_leaves_the_store_alone(untracked: Path) -> None:
    with following(NAME, "l1") as stream:
        for epoch in epochs("l1"):
            stream.add(epoch)
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


def test_a_store_that_does_not_answer_costs_a_line(
    untracked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(store.URI, "http://127.0.0.1:9")
    stream = Stream(NAME, "l1", after=0)
    for epoch in epochs("l1"):
        stream.add(epoch)
    stream.close()
    found = capsys.readouterr()
    line = "regscope: small/l1: epochs are not shown live at http://127.0.0.1:9: "
    assert found.err.startswith(line)
    assert found.err.count("\n") == 1
    assert found.out == ""
