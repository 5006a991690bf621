"""An engine whose clock is simulated: it plays what the pool plans, and nobody trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.plan.play import Costs, Played, Task, play
from bench.plan.times import Times
from regscope.engine.base import Heard, SurveyJob, Work
from regscope.engine.plan import Survey


@dataclass
class Simulated:
    """Nobody hears of epochs that nobody trains. `surveys` say by study what its survey finds and
    the seconds that it takes; `recorded` names the study and the cell whose times a cell has."""

    times: Times
    costs: Costs
    count: int
    surveys: Mapping[str, tuple[Survey, float]]
    recorded: Callable[[str, str], tuple[str, str]] = lambda study, reg: (study, reg)
    clock: float = 0.0
    tasks: list[Task] = field(default_factory=list)
    workers_used: int = 0
    surveyed: float = 0.0
    played: Played | None = None

    def survey(self, job: SurveyJob, label: str) -> Survey:
        del job
        found, seconds = self.surveys[label]
        self.clock += seconds
        return found

    def workers(self, device: str) -> int:
        del device
        return self.count

    def train(self, works: Sequence[Work], workers: int, heard: Heard) -> None:
        del heard
        self.surveyed, self.workers_used = self.clock, workers
        self.tasks = [self._task(work) for work in works]
        self.played = play(self.tasks, workers, self.costs, None, self.clock)
        self.clock += self.played.seconds

    def _task(self, work: Work) -> Task:
        name, (reg,) = work.label.partition("/")[0], work.cells.regs
        study, cell = self.recorded(name, reg)
        training: dict[str, Any] = work.job.study["training"]
        return Task(
            work.label,
            name,
            work.job.arithmetic,
            self.times.fixed[study],
            training["epochs"] - work.stack.epoch,
            self.times.epochs[study, cell].seconds(len(work.stack.numbers)),
        )
