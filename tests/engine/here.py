"""An engine in this one process, to which stacks and checkpoints come and go as bytes alone."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from regscope.datasets import Dataset
from regscope.engine import checkpoints
from regscope.engine.base import Heard, SurveyJob, Work
from regscope.engine.choice import ENGINE, ENGINES
from regscope.engine.messages import Epoch, Watch
from regscope.engine.plan import Stack, Survey
from regscope.engine.survey import survey
from regscope.engine.train_stack import StackTask, train_stack
from regscope.engine.worker import stack_task
from regscope.study.params import Study
from regscope.training.progress import Progress

PLENTY = 10**12


class DiedError(Exception):
    """Whoever trained a stack is gone."""


class Here:
    """Whoever trains here dies as soon as the epoch `fatal` is trained, once."""

    def __init__(self, fatal: int | None = None) -> None:
        self.fatal = fatal
        self.trained: list[Epoch] = []
        """All epochs, those lost again too."""

    def survey(self, job: SurveyJob, label: str) -> Survey:
        return survey(job, PLENTY)

    def workers(self, device: str) -> int:
        return 1

    def train(self, works: Sequence[Work], workers: int, heard: Heard) -> None:
        for work in works:
            study, dataset = Study.model_validate(work.job.study), Dataset.load(work.job.data)
            task = stack_task(work.job, study, dataset, work.cells, work.stack)
            Training(self, task, work.stack, partial(heard, work)).run()


def choose(engine: Here, monkeypatch: pytest.MonkeyPatch) -> Here:
    """Have this engine train what is asked for."""
    monkeypatch.setitem(ENGINES, "here", lambda: engine)
    monkeypatch.setenv(ENGINE, "here")
    return engine


class Training:
    """One stack, trained anew from its last checkpoint as often as whoever trains it dies."""

    def __init__(self, engine: Here, task: StackTask, stack: Stack, heard: Watch) -> None:
        self.engine, self.task, self.stack, self.heard = engine, task, stack, heard
        origin = None if stack.origin is None else checkpoints.load(stack.origin, stack.slots)
        self.standing = pickle.dumps(origin)
        self.furthest: dict[str, int] = {}

    def run(self) -> None:
        while True:
            task = replace(self.task, start=partial(pickle.loads, self.standing))
            try:
                return train_stack(pickle.loads(pickle.dumps(task)), self.told)
            except DiedError:
                continue

    def told(self, what: Epoch | Progress) -> None:
        if isinstance(what, Progress):
            self.standing = pickle.dumps(what)
            checkpoints.save(self.stack.path, pickle.loads(self.standing))
            return
        self.engine.trained.append(what)
        if what.number > self.furthest.get(what.reg, self.stack.epoch):
            self.furthest[what.reg] = what.number
            self.heard(what)
        if what.number == self.engine.fatal:
            self.engine.fatal = None
            raise DiedError
