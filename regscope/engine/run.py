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
from regscope.datasets.base import DATA_FILE
from regscope.engine import checkpoints
from regscope.engine.bar import progress
from regscope.engine.base import Engine, Job
from regscope.engine.messages import Watch
from regscope.engine.plan import Plan, plan
from regscope.engine.together import Cells
from regscope.study.params import BASELINE, Study

Computed = Literal["fastest", "portable", "not portable"]

_DAMAGED = "regscope: {label}: {path}: a damaged checkpoint, removed: its seeds are trained anew"


@dataclass(frozen=True)
class Run:
    """With which engine, workers and stacks of which size cells of a study are trained."""

    study: Study
    engine: Engine
    job: Job
    computed: Computed
    workers: int
    largest: int
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
        with ExitStack() as exits:
            dealt = {}
            for cells in groups:
                folder = exits.enter_context(_only_here(self._folder(cells)))
                dealt[cells] = self._dealt(cells, folder, len(groups))
            try:
                with progress(dealt, epochs, self.label, self.watch) as heard:
                    self.engine.train(self.job, dealt, self.workers, self.label, heard)
            except DivergedError:
                alone = len(groups) == 1
                remove(own for cells, own in dealt.items() if alone or len(cells.regs) > 1)
                raise
            yield dealt

    def _folder(self, cells: Cells) -> Path:
        # What is half trained on one kind of device is not continued on another.
        decisive: dict[str, Any] = {
            "study": written(self.study, cells.regs),
            "reg": " ".join(cells.regs),
            "holdout": self.job.holdout,
            "device": self.job.device.partition(":")[0],
            "arithmetic": self.computed,
        } | _own(self.study)
        return checkpoints.folder_for(decisive, self.job.data / DATA_FILE)

    def _dealt(self, cells: Cells, folder: Path, groups: int) -> Plan:
        standings = checkpoints.standings(folder)
        for path in checkpoints.remove_damaged(folder, standings):
            print(_DAMAGED.format(label=self.label, path=path), file=sys.stderr)
        # With stacks enough to keep all workers busy, they are as few as can be.
        own = math.ceil(self.workers / groups)
        epochs = self.study.training.epochs
        return plan(cells.numbers, standings, epochs, folder, own, self.largest)


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
def _only_here(folder: Path) -> Iterator[Path]:
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
