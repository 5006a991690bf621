"""What a worker of a cluster does: survey cells, train a stack, and send home what comes of it."""

from __future__ import annotations

import mmap
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch

from regscope.base.environment import processor
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.engine import checkpoints
from regscope.engine.base import Job, SurveyJob
from regscope.engine.cluster.messages import Home, State, Told
from regscope.engine.cluster.session import python_and_packages
from regscope.engine.conditions import training_conditions
from regscope.engine.messages import Epoch, errors_told
from regscope.engine.plan import Stack, Survey
from regscope.engine.survey import survey
from regscope.engine.together import Cells
from regscope.engine.train_stack import StackTask, task_of, told
from regscope.study.params import Study
from regscope.training.progress import Progress

BEAT_SECONDS = 0.5
"""So long epochs gather before they are sent: sending takes milliseconds, an epoch may take one."""


class _Said:
    """What `errors_told` sends."""

    error: dict[str, Any] | None = None

    def send(self, error: dict[str, Any]) -> None:
        self.error = error


def answer(home: Home, job: SurveyJob, free: int, dataset: Dataset) -> Survey | dict[str, Any]:
    """The Survey of a job where so many bytes are free, or `{"error": text}`."""
    said = _Said()
    # What nobody expected is raised again, for a log.
    with suppress(Exception, SystemExit), errors_told(said):
        _begin(home)
        return survey(job, free, dataset)
    assert said.error is not None
    return said.error


def train(
    home: Home, job: Job, cells: Cells, stack: Stack, dataset: Dataset, start: np.ndarray | None
) -> Iterator[Told]:
    """Train a stack, from the checkpoint whose bytes are `start`, to its end state."""
    said, pending = _Said(), list[Epoch]()
    with suppress(Exception, SystemExit), errors_told(said):
        _begin(home)
        with training_conditions(job.arithmetic):
            yield Told(processor())
            study = Study.model_validate(job.study)
            going_on = None if start is None else partial(_progress, start, stack.slots)
            yield from _sent(task_of(job, cells, stack, study, dataset, going_on), pending)
    if said.error is not None:
        yield Told(epochs=tuple(pending), error=said.error)


def _sent(task: StackTask, pending: list[Epoch]) -> Iterator[Told]:
    sent = monotonic()
    for what in told(task):
        if isinstance(what, Epoch):
            pending.append(what)
            if monotonic() - sent < BEAT_SECONDS:
                continue
            state = None
        else:
            state = _state(what, what.epoch == task.study.training.epochs)
        del what
        gathered = tuple(pending)
        pending.clear()
        yield Told(epochs=gathered, state=state)
        sent = monotonic()


def _state(progress: Progress, ended: bool) -> State:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stack.safetensors"
        checkpoints.save(path, progress)
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return State(progress.epoch, np.frombuffer(mapped, np.uint8), ended)


def _progress(content: np.ndarray, slots: tuple[int, ...]) -> Progress | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stack.safetensors"
        content.tofile(path)
        return checkpoints.load(path, slots)


def _begin(home: Home) -> None:
    """Meet the conditions of a worker of one machine, and those of whoever asks."""
    torch.set_num_threads(1)
    # The data lie in memory that this node's workers share; nothing writes to them.
    warnings.filterwarnings("ignore", "The given NumPy array is not writable")
    here = python_and_packages()
    for name, version in home.versions.items():
        if here[name] != version:
            raise RegscopeError(
                f"{os.uname().nodename} has {name} {here[name]}; must be {version}, as where the"
                " command runs"
            )
    os.chdir(home.folder or _folder(tuple(sorted(home.files.items()))).name)


@cache
def _folder(files: tuple[tuple[str, bytes], ...]) -> tempfile.TemporaryDirectory[str]:
    """One with these files, while this process lives."""
    folder = tempfile.TemporaryDirectory(prefix="regscope-")
    for name, content in files:
        path = Path(folder.name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
