"""A stack, trained to its last epoch: what it takes and what it tells are data.

No process, pipe or file of checkpoints is known here; an engine moves the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic

import torch

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.base import Holdout
from regscope.engine.base import Job, Searching
from regscope.engine.messages import Epoch
from regscope.engine.plan import Stack
from regscope.engine.together import Cells
from regscope.study.params import Study
from regscope.training.loop import Trainer
from regscope.training.places import Place
from regscope.training.progress import Progress


@dataclass(frozen=True)
class StackTask:
    """All that a stack takes; it can be pickled.

    `numbers` are its places' among those of `cells`. `start` gives the state to go on from, a slot
    a place; it is called once, by whoever trains, and what it gives is not kept while training.
    What a process computes with, its arithmetic, is settled before it is given any stack. For
    `searching` see Job.
    """

    study: Study
    cells: Cells
    numbers: tuple[int, ...]
    dataset: Dataset
    holdout: Holdout
    device: str
    checkpoint_seconds: float
    start: Callable[[], Progress | None] | None = None
    searching: Searching | None = None


def task_of(
    job: Job,
    cells: Cells,
    stack: Stack,
    study: Study,
    dataset: Dataset,
    start: Callable[[], Progress | None] | None,
) -> StackTask:
    """A stack of a job, whose study and data whoever trains has read."""
    return StackTask(
        study,
        cells,
        stack.numbers,
        dataset,
        job.holdout,
        job.device,
        job.checkpoint_seconds,
        start,
        job.searching,
    )


def train_stack(task: StackTask, tell: Callable[[Epoch | Progress], None]) -> None:
    """Train a stack to its last epoch.

    `tell` gets an Epoch of each cell after every epoch, every `checkpoint_seconds` where the stack
    stands, and in the end its end state. Such a Progress has the task's numbers, and its tensors
    are those that train: what is to outlast the call is copied or sent away in it.

    Raises RegscopeError where the stack cannot go on, DivergedError where a loss is no longer
    finite.
    """
    for what in told(task):
        tell(what)
        # Where it stands may be a copy of all that trains.
        del what


def told(task: StackTask) -> Iterator[Epoch | Progress]:
    """Train a stack as `train_stack` does, and give what that tells, one after another."""
    with _naming(task):
        yield from _told(task)


def _told(task: StackTask) -> Iterator[Epoch | Progress]:
    places = [_place(task, number) for number in task.numbers]
    device = torch.device(task.device)
    trainer = Trainer(
        task.study, task.dataset, places, task.holdout, device, stop=task.searching is None
    )
    _go_on(trainer, task)
    last = monotonic()
    for _ in trainer.epochs():
        yield from _epochs(task, trainer)
        ended = trainer.epoch == task.study.training.epochs
        if not ended and monotonic() - last > task.checkpoint_seconds:
            yield _standing(task, trainer)
            last = monotonic()
    yield _kept(_standing(task, trainer), task.searching)


@contextmanager
def _naming(task: StackTask) -> Iterator[None]:
    """Where there are several cells, an error says which it is about."""
    try:
        yield
    except RegscopeError as error:
        if len(task.study.cells) <= 2 or len(task.cells.regs) > 1:
            raise
        raise type(error)(f"{task.cells}: {error}") from error


def _place(task: StackTask, number: int) -> Place:
    reg, seed = task.cells.place(number)
    methods = tuple(task.study.cells[reg].methods())
    training = task.cells.training(number, task.study.training)
    return Place(seed, methods, training, reg if len(task.cells.regs) > 1 else "")


def _go_on(trainer: Trainer, task: StackTask) -> None:
    """A function of its own, so that what is read is not kept while training."""
    if task.start is not None and (found := task.start()):
        trainer.resume(found)


def _epochs(task: StackTask, trainer: Trainer) -> Iterator[Epoch]:
    history = trainer.history[:, :, -1].tolist()
    for reg, own in task.cells.by_cell(task.numbers).items():
        columns = tuple(tuple(column[place] for place in own) for column in history)
        yield Epoch(reg, tuple(trainer.seeds[place] for place in own), trainer.epoch, columns)


def _kept(end: Progress, searching: Searching | None) -> Progress:
    if searching is None:
        return end
    model = {} if searching == "history" else end.model
    return replace(end, model=model, optimizer={}, memory={})


def _standing(task: StackTask, trainer: Trainer) -> Progress:
    return replace(trainer.state(), numbers=task.numbers)
