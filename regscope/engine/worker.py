"""A worker process: trains its stacks one after another, with one thread."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
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
from regscope.engine.together import Cells
from regscope.stacking.allocator import keep_freed_memory
from regscope.stacking.precision import tf32_where
from regscope.study.params import Study
from regscope.training.loop import Trainer
from regscope.training.places import Place


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
        for cells, stack in asked(messages):
            with _naming(cells, study):
                _train_stack(study, cells, job, dataset, stack, messages)
            tell(messages, None)


@contextmanager
def _naming(cells: Cells, study: Study) -> Iterator[None]:
    """Where there are several cells, an error says which it is about."""
    try:
        yield
    except RegscopeError as error:
        if len(study.cells) <= 2 or len(cells.regs) > 1:
            raise
        raise type(error)(f"{cells}: {error}") from error


def _train_stack(
    study: Study,
    cells: Cells,
    job: dict[str, Any],
    dataset: Dataset,
    stack: Stack,
    messages: Connection,
) -> None:
    device = torch.device(job["device"])
    places = [_place(study, cells, number) for number in stack.seeds]
    trainer = Trainer(study, dataset, places, job["holdout"], device)
    _go_on(trainer, stack)
    saved = time.monotonic()

    def after_epoch(trainer: Trainer) -> None:
        nonlocal saved
        history = trainer.history[:, :, -1].tolist()
        for reg, own in cells.by_cell(stack.seeds).items():
            columns = tuple(tuple(column[place] for place in own) for column in history)
            seeds = tuple(trainer.seeds[place] for place in own)
            tell(messages, Epoch(reg, seeds, trainer.epoch, columns))
        if time.monotonic() - saved > job["checkpoint_seconds"]:
            _save(stack, trainer)
            saved = time.monotonic()

    trainer.run(after_epoch)
    _save(stack, trainer)


def _place(study: Study, cells: Cells, number: int) -> Place:
    reg, seed = cells.place(number)
    methods = tuple(study.cells[reg].methods())
    return Place(seed, methods, study.training, reg if len(cells.regs) > 1 else "")


def _save(stack: Stack, trainer: Trainer) -> None:
    checkpoints.save(stack.path, replace(trainer.state(), seeds=stack.seeds))


def _go_on(trainer: Trainer, stack: Stack) -> None:
    """A function of its own, so that what is read is not kept while training."""
    if stack.origin is not None and (found := checkpoints.load(stack.origin, stack.slots)):
        trainer.resume(found)
