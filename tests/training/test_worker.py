"""What a worker process tells the one that started it."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regscope.errors import RegscopeError
from regscope.training import worker
from regscope.training.plan import Stack
from tests import tiny


@pytest.fixture(autouse=True)
def interrupts() -> Iterator[None]:
    """`work` turns SIGINT off for its whole process, which here is the tests' own."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RegscopeError("seed 1, epoch 2: no"), "seed 1, epoch 2: no"),
        (ValueError("tied weights\ncannot be stacked"), "tied weights cannot be stacked"),
        (RuntimeError("can't allocate memory\nC++ trace"), "can't allocate memory"),
        (KeyError("gone"), "'gone' (KeyError in "),
        (OSError(28, "No space left on device", "a.safetensors"), "a.safetensors: No space left"),
    ],
)
def test_errors_are_told_in_one_line(
    error: Exception, told: str, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise error

    monkeypatch.setattr(worker, "end_with_parent_process", lambda: None)
    monkeypatch.setattr(worker, "Trainer", refuse)
    ours, theirs = multiprocessing.Pipe()
    study = tiny.study().model_dump(mode="json", exclude_none=True)
    job = {
        "study": study,
        "holdout": "test",
        "data": str(digits_folder),
        "device": "cpu",
        "arithmetic": "fastest",
        "checkpoint_seconds": 20,
    }
    ours.send(("none", Stack((0,), Path("0-0.safetensors"))))
    worker.work(job, theirs)
    theirs.close()
    assert ours.recv()["error"].startswith(told)
    with pytest.raises(EOFError):
        ours.recv()
