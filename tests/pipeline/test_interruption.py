"""Killed and interrupted training: no process left, nothing that looks finished, same results."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import psutil
import pytest

from tests.pipeline.workspace import TINY, Workspace

STAGE = "studies/digits/dvc.yaml:train"
MODEL = "data/models/digits/none"


@pytest.fixture(scope="module")
def long_training(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace whose training takes some seconds."""
    params = deepcopy(TINY)
    params["studies"]["digits"]["training"]["epochs"] = 600
    del params["studies"]["digits"]["regularizers"]["l2"]
    workspace = Workspace.create(tmp_path_factory.mktemp("long"), params)
    workspace.environment["REGSCOPE_CHECKPOINT_SECONDS"] = "0.1"
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
    workspace.run(
        "rm", "-rf", "data/models", ".regscope", ".dvc/cache", "dvc.lock", "studies/digits/dvc.lock"
    )


KILLS = 10
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def damage(file: Path, chosen: random.Random) -> None:
    """One bit, somewhere."""
    content = bytearray(file.read_bytes())
    content[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)
    file.write_bytes(content)


def trained_until(
    workspace: Workspace, seconds: float | None, number: signal.Signals = signal.SIGKILL
) -> str:
    """What the stage says, killed so long after it has written a checkpoint; None: not at all."""
    process = subprocess.Popen(
        [sys.executable, "-m", "stages.train", "digits", "none"],
        cwd=workspace.root,
        env=workspace.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    )
    if seconds is not None:
        before = checkpoints(workspace)
        while process.poll() is None and checkpoints(workspace) in ({}, before):
            time.sleep(0.02)
        time.sleep(seconds)
        process.send_signal(number)
    said = process.communicate(timeout=200)[1]
    assert process.returncode != 0 or seconds is None or (workspace.root / MODEL).exists()
    return said


def heed_signals() -> None:
    """A test run behind `nohup` or `&` has some of them ignored."""
    for number in SIGNALS[1:]:
        signal.signal(number, signal.SIG_DFL)


def checkpoints(workspace: Workspace) -> dict[Path, int]:
    """With their times: each is written again and again."""
    files = workspace.root.glob(".regscope/checkpoints/*/*.safetensors")
    return {file: file.stat().st_mtime_ns for file in files}


def start(workspace: Workspace) -> tuple[subprocess.Popen[bytes], psutil.Process]:
    """`dvc repro` until a checkpoint shows that training is under way."""
    dvc = subprocess.Popen(
        ["dvc", "repro", STAGE],
        cwd=workspace.root,
        env=workspace.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=heed_signals,
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        trained = training_process(workspace)
        if trained and list(workspace.root.glob(".regscope/checkpoints/*/*.safetensors")):
            return dvc, trained
        time.sleep(0.1)
    os.killpg(dvc.pid, signal.SIGKILL)
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
    assert dvc.wait(timeout=60) != 0
    deadline = time.monotonic() + 20
    while processes(long_training) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes(long_training) == []
    assert not (long_training.root / MODEL).exists()

    long_training.dvc("repro", STAGE)
    assert outputs(long_training) == undisturbed
    assert not list(long_training.root.glob(".regscope/checkpoints/*/*.safetensors"))


@pytest.fixture
def training(tmp_path: Path) -> Workspace:
    """A workspace with its data prepared, whose training takes a second or two."""
    params = deepcopy(TINY)
    params["studies"]["digits"]["training"]["epochs"] = 400
    workspace = Workspace.create(tmp_path / "killed", params)
    workspace.environment["REGSCOPE_CHECKPOINT_SECONDS"] = "0.05"
    for stage in ("download", "preprocess"):
        workspace.run("python", "-m", f"stages.{stage}", "digits")
    return workspace


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_kills_at_random_moments_and_damaged_checkpoints_change_no_bit(
    training: Workspace,
) -> None:
    trained_until(training, None)
    undisturbed = outputs(training)
    forget(training)
    chosen = random.Random(0)
    damaged = 0
    for kill in range(KILLS):
        said = trained_until(training, chosen.uniform(0, 0.3), chosen.choice(SIGNALS))
        assert "Traceback" not in said
        # What was damaged after the kill before is named, and nothing else.
        assert said.count("a damaged checkpoint, removed: its seeds are trained anew") == damaged
        damaged = 0
        if (training.root / MODEL).exists():
            # It was quicker than the kill.
            assert outputs(training) == undisturbed
            training.run("rm", "-rf", MODEL)
        elif kill % 3 == 1 or kill == KILLS - 1:
            damage(chosen.choice(sorted(checkpoints(training))), chosen)
            damaged = 1
    said = trained_until(training, None)
    assert said.count("a damaged checkpoint, removed: its seeds are trained anew") == damaged
    assert outputs(training) == undisturbed
    assert not checkpoints(training)
    assert not list((training.root / "data" / ".partial").iterdir())
