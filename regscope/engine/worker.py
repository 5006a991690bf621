"""A worker process: trains its stacks one after another, with one thread."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch

from regscope.arithmetic import settle
from regscope.base.errors import RegscopeError
from regscope.base.processes import end_with_parent_process
from regscope.datasets import Dataset
from regscope.engine import checkpoints
from regscope.engine.messages import Epoch, asked, errors_told, tell
from regscope.engine.plan import Stack
from regscope.stacking.allocator import keep_freed_memory
from regscope.stacking.precision import tf32_where
from regscope.study.params import Study
from regscope.training.loop import Trainer


def work(job: dict[str, Any], messages: Connection) -> None:
    """Train the stacks that `messages` brings, each with its cell's name, until it brings None.

    Sends an Epoch after every epoch, None when a stack's end state is written as a checkpoint, and
    `{"error": text}` when one cannot go on, which ends the work.
    """
    # Ctrl-C reaches the whole process group; the parent alone answers it and ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent_process()
    torch.set_num_threads(1)
    keep_freed_memory()
    with errors_told(messages), tf32_where(False):
        if reason := settle(job["arithmetic"]):
            raise RegscopeError(f"portable arithmetic was to be had, and is not: {reason}")
        study = Study.model_validate(job["study"])
        dataset = Dataset.load(Path(job["data"]))
        for reg, stack in asked(messages):
            with _naming(reg, study):
                _train_stack(study, reg, job, dataset, stack, messages)
            tell(messages, None)


@contextmanager
def _naming(reg: str, study: Study) -> Iterator[None]:
    """Where there are several cells, an error says which it is about."""
    try:
        yield
    except RegscopeError as error:
        if len(study.cells) <= 2:
            raise
        raise type(error)(f"{reg}: {error}") from error


def _train_stack(
    study: Study,
    reg: str,
    job: dict[str, Any],
    dataset: Dataset,
    stack: Stack,
    messages: Connection,
) -> None:
    methods = study.cells[reg].methods()
    device = torch.device(job["device"])
    trainer = Trainer(study, methods, dataset, stack.seeds, job["holdout"], device)
    _go_on(trainer, stack)
    saved = time.monotonic()

    def after_epoch(trainer: Trainer) -> None:
        nonlocal saved
        history = tuple(map(tuple, trainer.history[:, :, -1].tolist()))
        tell(messages, Epoch(reg, trainer.seeds, trainer.epoch, history))
        if time.monotonic() - saved > job["checkpoint_seconds"]:
            checkpoints.save(stack.path, trainer.state())
            saved = time.monotonic()

    trainer.run(after_epoch)
    checkpoints.save(stack.path, trainer.state())


def _go_on(trainer: Trainer, stack: Stack) -> None:
    """A function of its own, so that what is read is not kept while training."""
    if stack.origin is not None and (found := checkpoints.load(stack.origin, stack.slots)):
        trainer.resume(found)
