"""What an engine of this machine does and when, seen from its pipes."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any
from unittest import mock

import psutil

from regscope.engine import local
from regscope.engine.base import Job
from regscope.engine.local import process, received, send
from regscope.engine.messages import Epoch
from regscope.engine.plan import Stack, Survey
from regscope.engine.together import Cells


@dataclass
class Begun:
    """A stack that trains: since when by the clock and the processor, and when epochs ended."""

    label: str
    stack: Stack
    fresh: bool
    loads: bool
    at: float
    processor: float
    epochs: list[float] = field(default_factory=list)


class Watched:
    """Surveys and stacks of one go, in seconds since it began.

    `surveys` are dicts: `label`, what was found, and the seconds `processor` of its process.
    `stacks` are dicts: `label`, the number of its `worker`, `places`, `epochs` trained, `begun`,
    `seconds` from being sent to its end, `processor` of the same, `first` until the first epoch
    ended, `last` from the last epoch's end to the stack's; whether its process is `fresh` and
    whether it `loads` data that the process has not trained on before.
    """

    def __init__(self) -> None:
        self.since = time.monotonic()
        self.surveys: list[dict[str, Any]] = []
        self.stacks: list[dict[str, Any]] = []
        self._processes: dict[int, psutil.Process] = {}
        self._workers: dict[int, int] = {}
        self._jobs: dict[int, Job] = {}
        self._started = 0
        self._training: dict[int, Begun] = {}

    @contextmanager
    def watching(self) -> Iterator[Watched]:
        with mock.patch.multiple(
            local, process=self._process, send=self._send, received=self._received
        ):
            yield self

    @contextmanager
    def _process(self, target: Any, job: Any, label: str) -> Iterator[Connection]:
        before = set(multiprocessing.active_children())
        with process(target, job, label) as pipe:
            (started,) = set(multiprocessing.active_children()) - before
            assert started.pid is not None
            self._processes[id(pipe)] = psutil.Process(started.pid)
            self._jobs.pop(id(pipe), None)
            if target is local._work:
                self._workers[id(pipe)] = self._started
                self._started += 1
            yield pipe

    def _send(self, pipe: Connection, work: tuple[Job, Cells, Stack], label: str) -> None:
        job, _, stack = work
        known = self._jobs.get(id(pipe))
        self._jobs[id(pipe)] = job
        self._training[id(pipe)] = Begun(
            label, stack, known is None, known != job, time.monotonic(), self._used(pipe)
        )
        send(pipe, work, label)

    def _received(self, pipe: Connection, label: str) -> Any:
        message = received(pipe, label)
        if isinstance(message, Epoch):
            self._training[id(pipe)].epochs.append(time.monotonic())
        elif isinstance(message, Survey):
            self.surveys.append(
                {
                    "label": label,
                    "operations": message.operations,
                    "stackable": message.stackable,
                    "process": message.cost.process,
                    "seed": message.cost.seed,
                    "free": message.free,
                    "processor": self._used(pipe),
                }
            )
        elif message is None:
            self._ended(self._training.pop(id(pipe)), pipe)
        return message

    def _used(self, pipe: Connection) -> float:
        used = self._processes[id(pipe)].cpu_times()
        return float(used.user + used.system)

    def _ended(self, begun: Begun, pipe: Connection) -> None:
        now, (first, *_) = time.monotonic(), begun.epochs
        self.stacks.append(
            {
                "label": begun.label,
                "worker": self._workers[id(pipe)],
                "places": len(begun.stack.numbers),
                "epochs": len(begun.epochs),
                "begun": round(begun.at - self.since, 4),
                "seconds": round(now - begun.at, 4),
                "processor": round(self._used(pipe) - begun.processor, 2),
                "first": round(first - begun.at, 4),
                "last": round(now - begun.epochs[-1], 4),
                "fresh": begun.fresh,
                "loads": begun.loads,
            }
        )
