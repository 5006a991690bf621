"""The pool of `regscope train` on simulated workers: what it plans, and how long that takes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.plan.costs import costs, surveys
from bench.plan.engine import Simulated
from bench.plan.play import Costs, Played, Task, play
from bench.plan.scenarios import Scenario
from bench.plan.times import Record, Times
from regscope.datasets.base import DATA_FILE, DESCRIPTION_FILE
from regscope.engine.cell import WORKERS
from regscope.engine.choice import ENGINE, ENGINES
from regscope.engine.device import DEVICE
from regscope.engine.pool import Wanted, train_all

NAME = "simulated"


@dataclass(frozen=True)
class Planned:
    """The stacks in their order, `before` the first of which surveys take so many seconds, for so
    many of `workers` as the pool uses, and how it went with nothing drawn."""

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


def planned(
    record: Record, scenario: Scenario, times: Times, workers: int, away: bool = True
) -> Planned:
    engine = Simulated(
        times,
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
    assert engine.played is not None
    return Planned(
        tuple(engine.tasks), engine.surveyed, workers, engine.workers_used, engine.played
    )


@contextmanager
def _chosen(engine: Simulated) -> Iterator[Path]:
    """A folder for data and checkpoints, and the engine that the pool asks for meanwhile."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as private:
        for name in (WORKERS, DEVICE):
            os.environ.pop(name, None)
        os.environ |= {ENGINE: NAME, "DVC_ROOT": private}
        ENGINES[NAME] = lambda: engine
        try:
            yield Path(private)
        finally:
            del ENGINES[NAME]
            os.environ.clear()
            os.environ.update(before)


def _stand_in(folder: Path, name: str) -> Path:
    """Files in place of data that nobody reads, by which the pool tells studies apart."""
    data = folder / "data" / name
    data.mkdir(parents=True)
    for file in (DATA_FILE, DESCRIPTION_FILE):
        (data / file).write_text(name)
    return data
