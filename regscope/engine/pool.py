"""Cells of several studies, trained through one pool: no core waits for a study to end."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed
from regscope.engine.bar import Share, overall, resumptions
from regscope.engine.base import Work
from regscope.engine.cell import surveyed
from regscope.engine.plan import Plan, Stack
from regscope.engine.run import Run
from regscope.engine.together import Cells
from regscope.engine.trained import TrainedCell, gathered
from regscope.study.params import Study

STACKS_A_WORKER = 3
"""At least, where there are seeds enough: so that the last one to end keeps few others waiting."""


@dataclass(frozen=True)
class Wanted:
    """Cells of a study that are to be trained on the prepared data in the folder `data`."""

    name: str
    study: Study
    regs: tuple[str, ...]
    data: Path


@dataclass(frozen=True)
class Ended:
    """A cell that is trained, while nobody else has its checkpoints."""

    name: str
    reg: str
    run: Run
    plan: Plan

    def cell(self) -> TrainedCell:
        cells = Cells((self.reg,), self.run.study.training.seeds)
        return gathered(self.run.device, self.run.computed, cells, self.plan)[self.reg]


def train_all(wanted: Sequence[Wanted]) -> None:
    """Train all cells to their end, and leave them under checkpoints, where others find them.

    Raises what `training_all` raises.
    """
    with training_all(wanted):
        pass


@contextmanager
def training_all(wanted: Sequence[Wanted]) -> Iterator[list[Ended]]:
    """All cells, trained to their end; their checkpoints stay, and are this run's in the block.

    A cell that cannot be trained stops no other: what is wrong with it is said at once.

    Raises RegscopeError: what is wrong, where nothing else was to be trained; else it names the
    cells that could not be.
    """
    runs: dict[str, Run] = {}
    left, lost = [], []
    networks = sum(len(one.regs) * one.study.training.seeds for one in wanted)
    for one in wanted:
        cells = [(one.name, reg) for reg in one.regs]
        try:
            runs[one.name], _ = surveyed(one.study, one.regs, one.data, one.name, among=networks)
        except RegscopeError as error:
            if len(wanted) == 1:
                raise
            print(f"regscope: {error}", file=sys.stderr)
            lost += cells
        else:
            left += cells
    with ExitStack() as exits:
        ended: list[Ended] = []
        while left and not ended:
            try:
                ended = exits.enter_context(_training(runs, left))
            except RegscopeError as error:
                about = [cell for cell in left if str(error).startswith(f"{_label(*cell)}: ")]
                if not about or (about == left and not lost):
                    raise
                print(f"regscope: {error}", file=sys.stderr)
                lost += about
                left = [cell for cell in left if cell not in about]
        if lost:
            raise RegscopeError(f"not trained: {listed([_label(*cell) for cell in lost])}")
        yield ended


@contextmanager
def _training(runs: dict[str, Run], cells: Sequence[tuple[str, str]]) -> Iterator[list[Ended]]:
    """Raises RegscopeError, which begins with its label, where one cannot be trained."""
    engine, workers = next(iter(runs.values())).engine, min(run.workers for run in runs.values())
    each = math.ceil(STACKS_A_WORKER * workers / len(cells))
    works: list[tuple[int, Work]] = []
    shares: dict[str, Share] = {}
    ended = []
    with ExitStack() as exits:
        for name, reg in cells:
            run, label = runs[name], _label(name, reg)
            epochs, seeds = run.study.training.epochs, run.study.training.seeds
            dealt = exits.enter_context(run.dealt([Cells((reg,), seeds)], each))
            for line in resumptions(dealt, label):
                print(line)
            ended.append(Ended(name, reg, run, next(iter(dealt.values()))))
            own = [(_left(work.stack, epochs), work) for work in run.works(dealt, label)]
            shares[label] = Share(epochs * seeds, sum(left for left, _ in own), run.epoch_work)
            works += [(left * run.epoch_work, work) for left, work in own]
        works.sort(key=lambda pair: -pair[0])
        with overall(shares) as heard:
            engine.train([work for _, work in works], workers, heard)
        yield ended


def _left(stack: Stack, epochs: int) -> int:
    """Its seeds' epochs that are still to be trained."""
    return len(stack.numbers) * (epochs - stack.epoch)


def _label(name: str, reg: str) -> str:
    return f"{name}/{reg}"
