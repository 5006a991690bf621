"""Training one cell: its seeds shared out over worker processes, one a core.

This process stays light (no torch): it hands out stacks, shows progress and puts the parts
together. How seeds are shared out changes no bit of a result; only under batch normalization of
widths that are no multiple of 8 it may change the last digits.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from regscope.datasets.base import DATA_FILE
from regscope.errors import RegscopeError
from regscope.params import BASELINE, Study
from regscope.training import checkpoints
from regscope.training.workers import train_stacks

LARGEST_STACK = 20

WORKERS = "REGSCOPE_WORKERS"
CHECKPOINT_SECONDS = "REGSCOPE_CHECKPOINT_SECONDS"


@dataclass(frozen=True)
class TrainedCell:
    """Weights and buffers `{plain name: [S, ...]}` and `history` `[columns, S, epochs]`."""

    seeds: tuple[int, ...]
    state: dict[str, np.ndarray]
    history: np.ndarray


def train_cell(
    study: Study,
    reg: str,
    data: Path,
    label: str,
    holdout: Literal["test", "validation"] = "test",
) -> TrainedCell:
    """Train all seeds of `reg` in `study` on the prepared data in the folder `data`.

    Raises RegscopeError, naming `label`, seed and epoch, when a loss is no longer finite. What is
    finished then is kept, and a run with the same settings goes on from there.
    """
    seeds = range(study.training.seeds)
    decisive = _decisive(study, reg, holdout)
    folder = checkpoints.folder_for(decisive, data / DATA_FILE)
    with _only_here(folder) as folder:
        stacks = [
            (share, folder / f"{share[0]}-{share[-1]}.safetensors") for share in shares(seeds)
        ]
        job = {
            "study": decisive["study"],
            "reg": reg,
            "holdout": holdout,
            "data": str(data),
            "checkpoint_seconds": checkpoint_seconds(),
        }
        train_stacks(job, stacks, label, len(seeds) * study.training.epochs, worker_count())
        trained = _gather(stacks)
        shutil.rmtree(folder, ignore_errors=True)
    return trained


def worker_count() -> int:
    """One a core this process may use; the environment variable REGSCOPE_WORKERS overrides."""
    chosen = os.environ.get(WORKERS, "")
    if chosen:
        if not chosen.isdecimal() or int(chosen) < 1:
            raise RegscopeError(f"{WORKERS} = {chosen}: must be a whole number of at least 1")
        return int(chosen)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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


def shares(seeds: Sequence[int]) -> list[list[int]]:
    """Seeds in stacks of at most LARGEST_STACK, as even as can be, for all workers."""
    workers = min(worker_count(), len(seeds))
    count = workers * math.ceil(len(seeds) / (workers * LARGEST_STACK))
    return [[int(seed) for seed in share] for share in np.array_split(np.array(seeds), count)]


def _decisive(study: Study, reg: str, holdout: str) -> dict[str, Any]:
    """Everything in params.yaml that decides the numbers of this cell."""
    settings = study.model_dump(mode="json", exclude={"regularizers", "title"})
    cell = study.cells[reg].model_dump(mode="json", exclude_none=True)
    settings |= {"title": "", "regularizers": {BASELINE: {}, reg: cell}}
    return {"study": settings, "reg": reg, "holdout": holdout}


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


def _gather(stacks: list[tuple[list[int], Path]]) -> TrainedCell:
    """Put the stacks' end states together, seeds in order."""
    from safetensors.numpy import load_file

    parts = [load_file(path) for _, path in stacks]
    state = {
        name.removeprefix("model/"): np.concatenate([part[name] for part in parts])
        for name in parts[0]
        if name.startswith("model/")
    }
    history = np.concatenate([part["history"] for part in parts], axis=1)
    return TrainedCell(tuple(seed for seeds, _ in stacks for seed in seeds), state, history)
