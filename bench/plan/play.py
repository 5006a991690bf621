"""Stacks on workers by a clock of events: pure, and as `engine.local` deals them out.

A worker that is free takes the first stack that waits and computes as it does; where none does, a
process is started anew for the first of all.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Task:
    """A stack: which study's data it takes, its arithmetic, `fixed` seconds and those an epoch."""

    label: str
    study: str
    arithmetic: str
    fixed: float
    epochs: int
    epoch: float

    @property
    def seconds(self) -> float:
        return self.fixed + self.epochs * self.epoch


@dataclass(frozen=True)
class Costs:
    """What is paid beside training, in seconds.

    `a_machine` workers share a machine, which starts its `server` once, but for the first, where
    the pool is, and fetches each study's `sizes` in bytes at `bandwidth` a second. Processes are
    `asked` for one after another and take one of `starts`; a worker `loads` a study's data before
    its first stack of it. A stack takes one of `factors` times its seconds. Of running workers
    `failures` a second fail, each on its own; then what a stack has trained since its last state,
    which is written every `checkpoint` seconds at the end of an epoch, is lost.
    """

    a_machine: int = 1
    server: float = 0.0
    asked: float = 0.0
    starts: tuple[float, ...] = (0.0,)
    loads: Mapping[str, float] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    bandwidth: float = math.inf
    factors: tuple[float, ...] = (1.0,)
    failures: float = 0.0
    checkpoint: float = 20.0


@dataclass(frozen=True)
class Span:
    """A worker trains a task from `begin` to `end`, epochs `first` to `last`; `lost` after that."""

    worker: int
    task: int
    begin: float
    end: float
    first: int
    last: int
    lost: float = 0.0


@dataclass(frozen=True)
class Played:
    """When the last stack had ended, and what was trained until then."""

    seconds: float
    spans: tuple[Span, ...]

    @property
    def trained(self) -> float:
        """Worker seconds that were spent on what is left."""
        return sum(span.end - span.begin - span.lost for span in self.spans)


def play(
    tasks: Sequence[Task], workers: int, costs: Costs, seed: int | None = None, since: float = 0.0
) -> Played:
    """All tasks in this order on so many workers, from `since`; without a `seed` nothing is drawn:
    starts and factors are their medians, and nobody fails."""
    return _Game(tasks, workers, costs, seed, since).played()


def kept(epochs: float, epoch: float, checkpoint: float) -> int:
    """Of epochs that a stack had trained when its worker failed, those that were written."""
    every = math.floor(checkpoint / epoch) + 1 if epoch > 0 else 1
    return every * (math.floor(epochs + 1e-9) // every)


class _Game:
    def __init__(
        self, tasks: Sequence[Task], workers: int, costs: Costs, seed: int | None, since: float
    ) -> None:
        self.tasks, self.costs, self.since = list(tasks), costs, since
        self.workers = min(workers, len(tasks))
        self.random = None if seed is None else np.random.default_rng(seed)
        self.medians = {
            values: float(np.median(values)) for values in (costs.starts, costs.factors)
        }
        self.waiting = list(range(len(tasks)))
        self.done = [0] * len(tasks)
        self.asked_until = since
        self.serving = {0: since}
        self.there: dict[tuple[int, str], float] = {}
        self.arithmetic: dict[int, str] = {}
        self.study: dict[int, str] = {}
        self.ends: list[tuple[float, int, int | None]] = []
        self.spans: list[Span] = []

    def played(self) -> Played:
        for worker in range(self.workers):
            self._begin(worker, self.since)
        while self.ends:
            now, worker, failed = heapq.heappop(self.ends)
            if failed is not None:
                # It goes on before all others, and nobody knew of it before.
                self.waiting.insert(0, failed)
                del self.arithmetic[worker]
                if machine := self._machine(worker):
                    self.serving.pop(machine, None)
            if not self.waiting:
                continue
            following = next(
                (
                    index
                    for index in self.waiting
                    if self.tasks[index].arithmetic == self.arithmetic.get(worker)
                ),
                None,
            )
            if following is None:
                self._begin(worker, now)
            else:
                self.waiting.remove(following)
                self._train(worker, following, now)
        end = max((span.end for span in self.spans), default=self.since)
        return Played(end - self.since, tuple(self.spans))

    def _machine(self, worker: int) -> int:
        return worker // self.costs.a_machine

    def _begin(self, worker: int, now: float) -> None:
        """A process for the first task that waits."""
        task = self.waiting.pop(0)
        self.asked_until = max(self.asked_until, now) + self.costs.asked
        up = self.asked_until + self.costs.server
        ready = max(self.asked_until, self.serving.setdefault(self._machine(worker), up))
        ready += self._drawn(self.costs.starts)
        self.arithmetic[worker] = self.tasks[task].arithmetic
        self.study.pop(worker, None)
        self._train(worker, task, ready)

    def _train(self, worker: int, index: int, now: float) -> None:
        task, machine = self.tasks[index], self._machine(worker)
        if self.study.get(worker) != task.study:
            self.study[worker] = task.study
            if machine:
                fetched = now + self.costs.sizes.get(task.study, 0) / self.costs.bandwidth
                now = max(now, self.there.setdefault((machine, task.study), fetched))
            now += self.costs.loads.get(task.study, 0.0)
        factor = self._drawn(self.costs.factors)
        first, fixed, epoch = self.done[index], factor * task.fixed, factor * task.epoch
        end = now + fixed + (task.epochs - first) * epoch
        failure = now + self._until_failure()
        if failure >= end:
            self.done[index] = task.epochs
            self.spans.append(Span(worker, index, now, end, first, task.epochs))
            heapq.heappush(self.ends, (end, worker, None))
            return
        trained = max(0.0, failure - now - fixed) / epoch if epoch else 0.0
        saved = kept(trained, epoch, self.costs.checkpoint)
        self.done[index] += saved
        lost = failure - now - saved * epoch
        self.spans.append(Span(worker, index, now, failure, first, first + saved, lost))
        heapq.heappush(self.ends, (failure, worker, index))

    def _until_failure(self) -> float:
        if self.random is None or not self.costs.failures:
            return math.inf
        return float(self.random.exponential(1 / self.costs.failures))

    def _drawn(self, values: tuple[float, ...]) -> float:
        if self.random is None:
            return self.medians[values]
        return float(values[int(self.random.integers(len(values)))])
