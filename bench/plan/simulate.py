"""The pool of `regscope train` on simulated workers: what it plans, and how long that takes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from bench.plan.costs import costs, surveys
from bench.plan.play import Costs, Played, Task, play
from bench.plan.recorded import Record
from bench.plan.scenarios import Scenario
from bench.plan.times import Times, times
from regscope.datasets.base import DATA_FILE, DESCRIPTION_FILE
from regscope.engine.base import Heard, SurveyJob, Work
from regscope.engine.cell import WORKERS
from regscope.engine.choice import ENGINE, ENGINES
from regscope.engine.device import DEVICE
from regscope.engine.plan import Survey
from regscope.engine.pool import Wanted, train_all

NAME = "simulated"


@dataclass(frozen=True)
class Planned:
    """The stacks in their order, `before` the first of which surveys take so many seconds; of the
    `workers` that are there those that the pool has `used`, and how it went with nothing drawn."""

    tasks: tuple[Task, ...]
    before: float
    workers: int
    used: int
    played: Played

    @property
    def seconds(self) -> float:
        return self.before + self.played.seconds

    @property
    def work(self) -> float:
        return sum(task.seconds for task in self.tasks)

    @property
    def longest(self) -> float:
        return max(task.seconds for task in self.tasks)

    @property
    def utilization(self) -> float:
        return self.played.trained / (self.workers * self.seconds)

    def again(self, costs: Costs, seed: int) -> float:
        """Its seconds with everything drawn."""
        return self.before + play(self.tasks, self.used, costs, seed).seconds


@dataclass
class Simulated:
    """An engine with `count` workers that plays what the pool plans; nobody hears of epochs.

    `surveys` say by study what its survey finds and the seconds that it takes; `recorded` names the
    study and the cell whose times a cell has.
    """

    times: Times
    costs: Costs
    count: int
    surveys: Mapping[str, tuple[Survey, float]]
    recorded: Callable[[str, str], tuple[str, str]]
    clock: float
    planned: Planned | None = None

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
        tasks = tuple(self._task(work) for work in works)
        played = play(tasks, workers, self.costs, None, self.clock)
        self.planned = Planned(tasks, self.clock, self.count, workers, played)

    def _task(self, work: Work) -> Task:
        name, (reg,) = work.label.partition("/")[0], work.cells.regs
        study, cell = self.recorded(name, reg)
        return Task(
            work.label,
            name,
            work.job.arithmetic,
            self.times.fixed[study],
            work.job.study["training"]["epochs"] - work.stack.epoch,
            self.times.epochs[study, cell].seconds(len(work.stack.numbers)),
        )


def planned(record: Record, scenario: Scenario, workers: int, away: bool = True) -> Planned:
    """With `away`, workers that one machine has no cores for are on others."""
    engine = Simulated(
        times(record, beside=workers > 1),
        costs(record, scenario, away=away),
        workers,
        surveys(record, scenario, workers),
        scenario.recorded,
        clock=record["server"],
    )
    with _chosen(engine) as folder:
        train_all(
            [
                Wanted(name, study, tuple(study.cells), _stand_in(folder, name))
                for name, study in scenario.studies.items()
            ]
        )
    assert engine.planned is not None
    return engine.planned


@contextmanager
def _chosen(engine: Simulated) -> Iterator[Path]:
    """A folder for data and checkpoints, and the engine that the pool asks for meanwhile."""
    with (
        tempfile.TemporaryDirectory() as private,
        mock.patch.dict(os.environ, {ENGINE: NAME, "DVC_ROOT": private}),
        mock.patch.dict(ENGINES, {NAME: lambda: engine}),
    ):
        for name in (WORKERS, DEVICE):
            os.environ.pop(name, None)
        yield Path(private)


def _stand_in(folder: Path, name: str) -> Path:
    """Files in place of data that nobody reads, by which the pool tells studies apart."""
    data = folder / "data" / name
    data.mkdir(parents=True)
    for file in (DATA_FILE, DESCRIPTION_FILE):
        (data / file).write_text(name)
    return data
