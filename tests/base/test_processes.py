"""However a training ends, nothing of it is left running, and the next run goes on from there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest

from regscope.engine import checkpoints
from regscope.engine.cell import train_cell
from regscope.study.params import Study
from tests import tiny
from tests.regularizers.settings import CELLS
from tests.training.processes import alive, command, end, family, start, wait_until

LONG = tiny.study(CELLS["everything"], "adam", training={"epochs": 100_000})
GRACE = 5


@contextmanager
def training(study: Study, data: Path, arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A run with a checkpoint after every epoch, from its first one on."""
    process = start(arguments, REGSCOPE_CHECKPOINT_SECONDS="0", REGSCOPE_WORKERS="2")
    try:
        assert wait_until(lambda: len(saved()) >= 2 or process.poll() is not None, 60)
        assert process.poll() is None, process.communicate()[1]
        yield process
    finally:
        end(process)


def saved() -> list[Path]:
    return sorted(Path(".regscope").rglob("[0-9]*.safetensors"))


def is_training(processes: list[psutil.Process]) -> bool:
    """Itself, the server that forks the workers, and two workers."""
    return len(alive(processes)) >= 4


@pytest.mark.parametrize("whole_group", [True, False])
def test_interrupted(whole_group: bool, workspace: Path, digits_folder: Path) -> None:
    """By Ctrl-C, which reaches the whole process group, or by a signal to the process alone."""
    out = workspace / "out.safetensors"
    with training(LONG, digits_folder, command(LONG, digits_folder, out)) as process:
        processes = family(process)
        assert is_training(processes)
        if whole_group:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
        printed, complaint = process.communicate(timeout=GRACE)
        assert process.returncode == 130
        assert printed == ""
        assert complaint == "regscope: interrupted; run the same command again to go on\n"
        assert wait_until(lambda: not alive(processes), GRACE), alive(processes)
    assert not out.exists()


@pytest.mark.parametrize("through_shell", [True, False])
def test_its_caller_killed(through_shell: bool, workspace: Path, digits_folder: Path) -> None:
    """As DVC starts a stage, with or without a shell between."""
    arguments = command(LONG, digits_folder, workspace / "out.safetensors")
    if through_shell:
        arguments = ["/bin/sh", "-c", f"{' '.join(arguments)}; true"]
    waiting = f"import subprocess; subprocess.run({arguments!r}, check=False)"
    with training(LONG, digits_folder, [sys.executable, "-c", waiting]) as caller:
        processes = family(caller)
        assert is_training(processes)
        caller.kill()
        assert wait_until(lambda: not alive(processes), GRACE), alive(processes)


IDLE = """
import multiprocessing, pathlib, sys, time
from regscope.base.processes import end_with_parent_process

def wait(ready):
    end_with_parent_process()
    pathlib.Path(ready).touch()
    time.sleep(600)

if __name__ == "__main__":
    multiprocessing.get_context("forkserver").Process(target=wait, args=(sys.argv[1],)).start()
    time.sleep(600)
"""


def test_a_worker_that_sends_nothing_ends_with_its_parent_too(workspace: Path) -> None:
    """As within a long epoch."""
    script, ready = workspace / "idle.py", workspace / "ready"
    script.write_text(IDLE)
    process = start([sys.executable, str(script), str(ready)])
    try:
        assert wait_until(ready.exists, 30)
        processes = family(process)
        assert len(alive(processes)) >= 3
        process.kill()
        assert wait_until(lambda: not alive(processes), GRACE), alive(processes)
    finally:
        end(process)


@pytest.mark.slow
def test_a_killed_run_leaves_no_process_and_goes_on_where_it_stood(
    workspace: Path,
    digits_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REGSCOPE_WORKERS", "2")
    study = tiny.study(CELLS["everything"], "adam", training={"epochs": 120})
    out = workspace / "out.safetensors"
    with training(study, digits_folder, command(study, digits_folder, out)) as process:
        processes = family(process)
        assert is_training(processes)
        process.kill()
        assert wait_until(lambda: not alive(processes), GRACE), alive(processes)
        assert process.wait() == -signal.SIGKILL
    assert not out.exists()
    paths = saved()
    assert [path.name for path in paths] == ["0-2.safetensors", "3-4.safetensors"]
    for path in paths:
        stood = checkpoints.load(path)
        assert stood is not None
        assert 1 <= stood.epoch < study.training.epochs
        # A mark that only a run which goes on from here can carry to the end.
        stood.history[1, 0, 0] = 123
        checkpoints.save(path, stood)
    resumed = train_cell(study, "tested", digits_folder, "tiny/tested")
    told = capsys.readouterr().out
    assert "tiny/tested: seeds 0 to 2 go on from epoch " in told
    assert "tiny/tested: seeds 3 to 4 go on from epoch " in told
    undisturbed = train_cell(study, "tested", digits_folder, "tiny/tested")
    expected = undisturbed.history.copy()
    expected[1, [0, 3], 0] = 123
    assert np.array_equal(resumed.history, expected)
    assert list(resumed.state) == list(undisturbed.state)
    for name, tensor in undisturbed.state.items():
        assert np.array_equal(resumed.state[name], tensor), name
    assert saved() == []
