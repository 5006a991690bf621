"""Worker processes, with one thread each: one surveys, others train stacks one after another."""

from __future__ import annotations

from functools import partial
from multiprocessing.connection import Connection

import torch

from regscope.arithmetic import Arithmetic
from regscope.base.processes import leave_interrupts_to_parent
from regscope.datasets import Dataset
from regscope.engine import checkpoints
from regscope.engine.base import Job, SurveyJob
from regscope.engine.conditions import training_conditions
from regscope.engine.messages import Epoch, asked, errors_told, tell
from regscope.engine.plan import Stack
from regscope.engine.survey import survey
from regscope.engine.together import Cells
from regscope.engine.train_stack import StackTask, task_of, train_stack
from regscope.study.params import Study
from regscope.training.progress import Progress


def answer(question: tuple[SurveyJob, int], messages: Connection) -> None:
    """Send the Survey of a job where so many bytes are free, or `{"error": text}`."""
    _begin()
    with errors_told(messages):
        tell(messages, survey(*question))


def work(arithmetic: Arithmetic, messages: Connection) -> None:
    """Train the stacks that `messages` brings, each with its job and cells, until it brings None.

    Sends an Epoch after every epoch, None when a stack's end state is written as a checkpoint, and
    `{"error": text}` when one cannot go on, which ends the work. Weights do not go through the
    pipe: where a stack stands is written here.
    """
    _begin()
    with errors_told(messages), training_conditions(arithmetic):
        known: tuple[Job, Study, Dataset] | None = None
        for job, cells, stack in asked(messages):
            if known is None or known[0] != job:
                # Not two data sets at a time.
                known = None
                known = job, Study.model_validate(job.study), Dataset.load(job.data)
            train_stack(stack_task(*known, cells, stack), partial(_note, messages, stack))
            tell(messages, None)


def stack_task(job: Job, study: Study, dataset: Dataset, cells: Cells, stack: Stack) -> StackTask:
    """One that goes on from the stack's checkpoint, which lies where it is trained."""
    start = None
    if stack.origin is not None:
        start = partial(checkpoints.load, stack.origin, stack.slots)
    return task_of(job, cells, stack, study, dataset, start)


def _begin() -> None:
    leave_interrupts_to_parent()
    torch.set_num_threads(1)


def _note(messages: Connection, stack: Stack, what: Epoch | Progress) -> None:
    if isinstance(what, Progress):
        checkpoints.save(stack.path, what)
    else:
        tell(messages, what)
