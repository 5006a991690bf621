"""Killed and interrupted training: no process left, nothing that looks finished, same results."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import psutil
import pytest

from tests.pipeline.workspace import TINY, Workspace

STAGE = "studies/digits/dvc.yaml:train@none"
MODEL = "data/models/digits/none"


@pytest.fixture(scope="module")
def long_training(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace whose training takes some seconds."""
    params = deepcopy(TINY)
    params["studies"]["digits"]["training"]["epochs"] = 4000
    workspace = Workspace.create(tmp_path_factory.mktemp("long"), params)
    workspace.environment["REGSCOPE_CHECKPOINT_SECONDS"] = "0.5"
    yield workspace
    for process in processes(workspace):
        process.kill()


@pytest.fixture(scope="module")
def undisturbed(long_training: Workspace) -> dict[str, bytes]:
    long_training.dvc("repro", STAGE)
    return outputs(long_training)


def outputs(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (workspace.root / MODEL).iterdir()}


def processes(workspace: Workspace) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == workspace.root:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def training_process(workspace: Workspace) -> psutil.Process | None:
    for process in processes(workspace):
        if "stages.train" in process.cmdline():
            return process
    return None


def forget(workspace: Workspace) -> None:
    """As before the first training: no output, nothing to restore it from, no checkpoint."""
    workspace.run("rm", "-rf", "data/models", ".regscope", ".dvc/cache", "dvc.lock", "studies/digits/dvc.lock")


def start(workspace: Workspace) -> tuple[subprocess.Popen[bytes], psutil.Process]:
    """`dvc repro` until a checkpoint shows that training is under way."""
    dvc = subprocess.Popen(
        ["dvc", "repro", STAGE],
        cwd=workspace.root,
        env=workspace.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        trained = training_process(workspace)
        if trained and list(workspace.root.glob(".regscope/checkpoints/*/*.safetensors")):
            return dvc, trained
        time.sleep(0.1)
    raise AssertionError("training did not start")


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["training", "dvc", "ctrl-c"])
def test_interruption(long_training: Workspace, undisturbed: dict[str, bytes], victim: str) -> None:
    forget(long_training)
    dvc, trained = start(long_training)
    if victim == "training":
        trained.send_signal(signal.SIGKILL)
    elif victim == "dvc":
        dvc.send_signal(signal.SIGKILL)
    else:
        os.killpg(dvc.pid, signal.SIGINT)
    assert dvc.wait(timeout=10) != 0
    deadline = time.monotonic() + 5
    while processes(long_training) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes(long_training) == []
    assert not (long_training.root / MODEL).exists()

    long_training.dvc("repro", STAGE)
    assert outputs(long_training) == undisturbed
    assert not list(long_training.root.glob(".regscope/checkpoints/*/*.safetensors"))
