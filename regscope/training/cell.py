"""Training one cell: its seeds shared out over worker processes, one a core.

This process stays light (no torch): it hands out stacks, shows progress and puts the parts
together. How seeds are shared out never changes a result.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from regscope.datasets.base import DATA_FILE
from regscope.errors import RegscopeError
from regscope.params import BASELINE, Study
from regscope.training import checkpoints

if TYPE_CHECKING:
    from multiprocessing import connection

LARGEST_STACK = 20

WORKERS = "REGSCOPE_WORKERS"


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
        stacks = [(share, folder / f"{share[0]}-{share[-1]}.safetensors") for share in shares(seeds)]
        job = {"study": decisive["study"], "reg": reg, "holdout": holdout, "data": str(data)}
        _work(job, stacks, label, len(seeds) * study.training.epochs)
        trained = _gather(stacks)
        shutil.rmtree(folder, ignore_errors=True)
    return trained


def worker_count() -> int:
    """One a core this process may use; the environment variable REGSCOPE_WORKERS overrides."""
    chosen = os.environ.get(WORKERS, "")
    if chosen:
        if not chosen.isdigit() or int(chosen) < 1:
            raise RegscopeError(f"{WORKERS} = {chosen}: must be a whole number of at least 1")
        return int(chosen)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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


def _work(
    job: dict[str, Any], stacks: list[tuple[list[int], Path]], label: str, epochs: int
) -> None:
    from multiprocessing import connection

    from tqdm import tqdm

    with ExitStack() as exits:
        listening = [
            exits.enter_context(_worker({**job, "stacks": share}))
            for share in _dealt(stacks, worker_count())
        ]
        bar = exits.enter_context(
            tqdm(total=epochs, desc=label, unit="epoch", disable=None, dynamic_ncols=True)
        )
        while listening:
            for pipe in connection.wait(listening):
                assert isinstance(pipe, connection.Connection)
                try:
                    message = pipe.recv()
                except EOFError:
                    raise RegscopeError(f"{label}: a worker process was killed") from None
                if message is None:
                    listening.remove(pipe)
                elif "error" in message:
                    raise RegscopeError(f"{label}: {message['error']}")
                else:
                    bar.update(message["epochs"])
                    bar.set_postfix(epoch=message["epoch"], loss=f"{message['loss']:.4f}")


def _dealt(
    stacks: list[tuple[list[int], Path]], hands: int
) -> list[list[tuple[list[int], Path]]]:
    return [stacks[index::hands] for index in range(min(hands, len(stacks)))]


def _work_in_process(job: dict[str, Any], messages: connection.Connection) -> None:
    # Imported here: this process itself does without torch.
    from regscope.training.worker import work

    work(job, messages)


@contextmanager
def _worker(job: dict[str, Any]) -> Iterator[connection.Connection]:
    """A worker process and the pipe of its messages; it ends with this context."""
    # A fork server imports torch once for all workers; forking this process would copy its
    # threads' locks. Elsewhere than on Linux a fork after importing torch is not safe.
    import multiprocessing

    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    context.set_forkserver_preload(["regscope.training.worker"])
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_work_in_process, args=(job, writer), daemon=True)
    process.start()
    writer.close()
    try:
        yield reader
    finally:
        process.kill()
        process.join()


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
