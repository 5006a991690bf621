"""Training cells: their seeds dealt in stacks, which an engine trains.

This process stays light (no torch): it deals stacks, shows progress and puts the parts together.
How seeds are dealt changes no bit of a result on a processor; only under batch normalization of
widths that are no multiple of 8 it may change the last digits, unless arithmetic is portable.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from regscope.arithmetic import Arithmetic
from regscope.base.errors import DivergedError, RegscopeError
from regscope.datasets.base import Holdout
from regscope.engine.base import Job, SurveyJob
from regscope.engine.choice import chosen_engine
from regscope.engine.device import chosen_device
from regscope.engine.finished import finished
from regscope.engine.messages import Watch
from regscope.engine.plan import Survey, room
from regscope.engine.run import Computed, Run, remove, written
from regscope.engine.together import apart, together
from regscope.engine.trained import TrainedCell, gathered
from regscope.study.params import Study

WORKERS = "REGSCOPE_WORKERS"
CHECKPOINT_SECONDS = "REGSCOPE_CHECKPOINT_SECONDS"

_NOT_PORTABLE = (
    "regscope: {label}: portable arithmetic is not to be had here ({reason}): trained with the"
    " kernels at hand, whose last digits are this machine's"
)

_LOOPED = "regscope: {label}: networks run seed after seed, which takes longer: {reason}"


@contextmanager
def training_cell(
    study: Study,
    reg: str,
    data: Path,
    label: str,
    holdout: Holdout = "test",
    watch: Watch | None = None,
) -> Iterator[TrainedCell]:
    """One cell, as `training_cells` gives several."""
    with training_cells(study, [reg], data, label, holdout, watch) as trained:
        yield trained[reg]


@contextmanager
def training_cells(
    study: Study,
    regs: Sequence[str],
    data: Path,
    label: str,
    holdout: Holdout = "test",
    watch: Watch | None = None,
) -> Iterator[dict[str, TrainedCell]]:
    """Train all seeds of cells on the prepared data in the folder `data`, through one engine.

    `watch` is told every epoch. The checkpoints go when the block has ended well: what the block
    could not store is not trained again.

    Raises RegscopeError, naming `label`, when not even one seed of the largest cell fits into the
    free memory, before anything is trained; what is finished then is kept, and a run with the same
    settings goes on from there. Raises DivergedError, with seed and epoch, when a loss is no longer
    finite: that cell would come to the same again.
    """
    with finished(study, regs, data, label, holdout) as found:
        if found is not None:
            yield found
            return
    run, survey = surveyed(study, regs, data, label, holdout, watch)
    with ExitStack() as exits:
        try:
            dealt = exits.enter_context(run.trained(together(study, regs, survey.largest > 1)))
        except DivergedError:
            if len(regs) == 1:
                raise
            # Apart, so that what the other cells come to is theirs alone, and kept.
            dealt = exits.enter_context(run.trained(apart(study, regs)))
        trained = {
            reg: cell
            for cells, plan in dealt.items()
            for reg, cell in gathered(run.device, run.computed, cells, plan).items()
        }
        yield {reg: trained[reg] for reg in regs}
        remove(dealt.values())


def surveyed(
    study: Study,
    regs: Sequence[str],
    data: Path,
    label: str,
    holdout: Holdout = "test",
    watch: Watch | None = None,
    among: int | None = None,
) -> tuple[Run, Survey]:
    """How cells are to be trained here, and what was found out about them.

    No more workers are wanted than there are networks: of these cells, or `among` so many that
    are trained with them. Raises what `training_cells` raises before anything is trained.
    """
    wanted, seconds, engine = chosen_workers(), checkpoint_seconds(), chosen_engine()
    settings = written(study, regs)
    found = engine.survey(SurveyJob(settings, tuple(regs), data, chosen_device()), label)
    arithmetic = study.training.arithmetic
    if found.unportable:
        print(_NOT_PORTABLE.format(label=label, reason=found.unportable), file=sys.stderr)
    if found.looped:
        print(_LOOPED.format(label=label, reason=found.looped), file=sys.stderr)
    computed: Computed = "not portable" if found.unportable else arithmetic
    settled: Arithmetic = "fastest" if found.unportable else arithmetic
    job = Job(settings, data, holdout, found.device, settled, seconds, found.cost)
    stacks = among or len(regs) * study.training.seeds
    try:
        workers, largest = room(found, min(wanted or engine.workers(found.device), stacks))
    except RegscopeError as error:
        raise RegscopeError(f"{label}: {error}") from None
    run = Run(
        study, engine, job, found.name, computed, workers, largest, found.operations, label, watch
    )
    return run, found


def train_cells(
    study: Study,
    regs: Sequence[str],
    data: Path,
    label: str,
    holdout: Holdout = "test",
) -> dict[str, TrainedCell]:
    """`training_cells`, with nothing to store: the checkpoints are gone when it returns."""
    with training_cells(study, regs, data, label, holdout) as trained:
        return trained


def train_cell(
    study: Study,
    reg: str,
    data: Path,
    label: str,
    holdout: Holdout = "test",
) -> TrainedCell:
    """One cell, as `train_cells` gives several."""
    return train_cells(study, [reg], data, label, holdout)[reg]


def chosen_workers() -> int | None:
    """The number of worker processes that REGSCOPE_WORKERS asks for, if it does."""
    chosen = os.environ.get(WORKERS, "")
    if chosen and (not chosen.isdecimal() or int(chosen) < 1):
        raise RegscopeError(f"{WORKERS} = {chosen}: must be a whole number of at least 1")
    return int(chosen) if chosen else None


def checkpoint_seconds() -> float:
    """The seconds between two checkpoints of a stack: REGSCOPE_CHECKPOINT_SECONDS, or 20."""
    chosen = os.environ.get(CHECKPOINT_SECONDS, "") or "20"
    try:
        seconds = float(chosen)
    except ValueError:
        seconds = math.nan
    if not seconds >= 0:
        raise RegscopeError(f"{CHECKPOINT_SECONDS} = {chosen}: must be a number of at least 0")
    return seconds
