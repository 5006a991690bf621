"""One go at some cells: their places dealt in stacks, under checkpoints, and trained."""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from regscope.base.digests import digests
from regscope.base.errors import DivergedError
from regscope.base.files import write_json
from regscope.datasets.base import DATA_FILE, Holdout
from regscope.engine import checkpoints
from regscope.engine.bar import progress
from regscope.engine.base import Engine, Job, Work
from regscope.engine.messages import Epoch, Watch
from regscope.engine.plan import Plan, plan
from regscope.engine.together import Cells
from regscope.study.params import BASELINE, Study

Computed = Literal["fastest", "portable", "not portable"]

DEVICE_FILE = "device.json"
"""Beside checkpoints: what the box of the device is called that trains."""

_DAMAGED = "regscope: {label}: {path}: a damaged checkpoint, removed: its seeds are trained anew"


@dataclass(frozen=True)
class Run:
    """With which engine, workers and stacks of which size cells of a study are trained.

    `device` is what its box is called, or `cpu`; `operations` are those of an example's way
    forward.
    """

    study: Study
    engine: Engine
    job: Job
    device: str
    computed: Computed
    workers: int
    largest: int
    operations: int
    label: str
    watch: Watch | None

    @contextmanager
    def trained(self, groups: Sequence[Cells]) -> Iterator[Mapping[Cells, Plan]]:
        """The stacks of every group of cells, trained; their checkpoints are this run's meanwhile.

        Raises DivergedError where a loss is no longer finite. Then checkpoints of a group of
        several cells go, and those of a cell alone where it is the only one: it would come to the
        same again. What other cells have finished is kept.
        """
        epochs = self.study.training.epochs
        with self.dealt(groups, math.ceil(self.workers / len(groups))) as dealt:
            try:
                with progress(dealt, epochs, self.label, self.watch) as told:

                    def heard(work: Work, epoch: Epoch) -> None:
                        del work
                        told(epoch)

                    self.engine.train(self.works(dealt, self.label), self.workers, heard)
            except DivergedError:
                alone = len(groups) == 1
                remove(own for cells, own in dealt.items() if alone or len(cells.regs) > 1)
                raise
            yield dealt

    @contextmanager
    def dealt(self, groups: Sequence[Cells], workers: int) -> Iterator[dict[Cells, Plan]]:
        """The stacks of every group, for `workers` each, going on from its checkpoints."""
        with ExitStack() as exits:
            folders = {
                cells: exits.enter_context(only_here(self._folder(cells))) for cells in groups
            }
            for folder in folders.values():
                write_json(folder / DEVICE_FILE, self.device)
            yield {cells: self._dealt(cells, own, workers) for cells, own in folders.items()}

    @property
    def epoch_work(self) -> int:
        """Of one seed, in operations."""
        return self.operations * self.study.train_size

    def works(self, dealt: Mapping[Cells, Plan], label: str) -> list[Work]:
        return [
            Work(self.job, cells, stack, label)
            for cells, own in dealt.items()
            for stack in own.waiting
        ]

    def _folder(self, cells: Cells) -> Path:
        job = self.job
        more = {}
        if job.searching:
            more = {"first": cells.first, "rates": cells.rates, "searching": job.searching}
        return folder_of(
            self.study, cells.regs, job.data, job.holdout, job.device, self.computed, more
        )

    def _dealt(self, cells: Cells, folder: Path, workers: int) -> Plan:
        standings = checkpoints.standings(folder)
        for path in checkpoints.remove_damaged(folder, standings):
            print(_DAMAGED.format(label=self.label, path=path), file=sys.stderr)
        # With stacks enough to keep all workers busy, they are as few as can be.
        epochs = self.study.training.epochs
        return plan(cells.numbers, standings, epochs, folder, workers, self.largest)


def folder_of(
    study: Study,
    regs: Sequence[str],
    data: Path,
    holdout: Holdout,
    device: str,
    computed: Computed,
    more: Mapping[str, Any] | None = None,
) -> Path:
    """Where checkpoints of cells that train together lie; `device` is torch's name for one, and
    `more` what decides their numbers beside the study's settings."""
    # What is half trained on one kind of device is not continued on another.
    decisive: dict[str, Any] = (
        {
            "study": written(study, regs),
            "reg": " ".join(regs),
            "holdout": holdout,
            "device": device.partition(":")[0],
            "arithmetic": computed,
        }
        | _own(study)
        | dict(more or {})
    )
    return checkpoints.folder_for(decisive, data / DATA_FILE)


def remove(plans: Iterable[Plan]) -> None:
    """Remove the checkpoints of plans."""
    for folder in {stack.path.parent for own in plans for stack in (*own.finished, *own.waiting)}:
        shutil.rmtree(folder, ignore_errors=True)


def written(study: Study, regs: Sequence[str]) -> dict[str, Any]:
    """Everything in params.yaml that decides the numbers of these cells, as data."""
    settings = study.model_dump(mode="json", exclude={"regularizers", "title", "evaluation"})
    cells = {reg: study.cells[reg].model_dump(mode="json", exclude_none=True) for reg in regs}
    return settings | {
        "title": "untitled",
        "evaluation": {},
        "regularizers": {BASELINE: {}, **cells},
    }


def _own(study: Study) -> dict[str, Any]:
    """Digests of the files that a network of one's own is made from, where it is one."""
    files = digests(study.model.own_files)
    return {"own": files} if files else {}


@contextmanager
def only_here(folder: Path) -> Iterator[Path]:
    """The checkpoint folder under a lock; a private one where another run holds it."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_suffix(".lock"), blocking=False)
    try:
        with lock:
            yield folder
    except Timeout:
        with tempfile.TemporaryDirectory(dir=folder.parent) as private:
            yield Path(private)
