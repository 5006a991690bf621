"""The server that forks worker processes, killed before, while and after it does."""

from __future__ import annotations

import os
import signal
from multiprocessing import context, forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from regscope.base.errors import RegscopeError
from regscope.engine.cell import train_cell, training_cell
from regscope.engine.messages import Epoch
from tests import tiny

LABEL = "tiny/tested"


def kill_server() -> None:
    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(server, signal.SIGKILL)


def test_a_server_that_is_killed_stops_nothing_and_is_started_anew(
    workspace: Path, digits_folder: Path
) -> None:
    study = tiny.study({"l2": 0.001}, training={"seeds": 2, "epochs": 3})
    killed: list[int] = []

    def watch(epoch: Epoch) -> None:
        if not killed:
            killed.append(epoch.number)
            kill_server()

    with training_cell(study, "tested", digits_folder, LABEL, watch=watch) as trained:
        assert trained.history.shape[2] == 3
    assert len(killed) == 1
    again = train_cell(study, "tested", digits_folder, LABEL)
    assert (again.history == trained.history).all()


@pytest.mark.parametrize("error", [ConnectionRefusedError(111, "refused"), EOFError("ended")])
def test_where_none_can_be_started_it_is_one_line(
    error: Exception, workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def refused(process: BaseProcess) -> None:
        tried.append(1)
        raise error

    monkeypatch.setattr(context.ForkServerProcess, "_Popen", staticmethod(refused))
    with pytest.raises(RegscopeError) as stopped:
        train_cell(tiny.study({"l2": 0.001}), "tested", digits_folder, LABEL)
    assert str(stopped.value) == (
        f"tiny/tested: no worker process can be started ({error}); was its server killed, for want"
        " of memory perhaps? Run the same command again to go on"
    )
    assert len(tried) == 2
