"""Long training, streamed: its epochs appear in the runs that the stage `track` completes later."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING

from regscope.params import written_study
from regscope.tracking import standing, store
from regscope.tracking.cells import cell_settings, settings_key
from regscope.tracking.describe import origin_tags
from regscope.tracking.values import Value, curve_name
from regscope.training.history import COLUMNS
from regscope.training.messages import Epoch

if TYPE_CHECKING:
    from mlflow.entities import Run

    from regscope.tracking.runs import Runs

AFTER = 60
"""Seconds of training from which on its epochs are streamed."""

CLOSING = 60
"""The most seconds that the end of training waits for what is still to be logged."""


class Stream:
    """Epochs of one cell, logged by a thread of their own once there are any to wait for.

    Nothing that goes wrong with the store reaches training: one line on stderr, and the stage
    `track` logs the whole cell afterwards.
    """

    def __init__(self, study: str, reg: str, after: float = AFTER) -> None:
        self._study, self._reg = study, reg
        self._from = time.monotonic() + after
        self._epochs: SimpleQueue[Epoch | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def add(self, epoch: Epoch) -> None:
        self._epochs.put(epoch)
        if self._thread is None and time.monotonic() >= self._from:
            self._thread = threading.Thread(target=self._log_all, daemon=True)
            self._thread.start()

    def close(self) -> None:
        if self._thread is not None:
            self._epochs.put(None)
            self._thread.join(CLOSING)

    def _log_all(self) -> None:
        store.prepare_environment()
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        uri = store.tracking_uri()
        try:
            standing.experiment(uri, f"regscope/{self._study}")
            _log(uri, self._study, self._reg, self._epochs)
        except (MlflowException, SQLAlchemyError, standing.UnreachableError, OSError) as error:
            reason = " ".join(str(error).split())[:300].replace(uri, store.shown(uri))
            print(
                f"regscope: {self._study}/{self._reg}: epochs are not shown live at"
                f" {store.shown(uri)}: {reason}",
                file=sys.stderr,
            )


@contextmanager
def following(study: str, reg: str, after: float = AFTER) -> Iterator[Stream]:
    """A stream that ends with the training inside."""
    stream = Stream(study, reg, after)
    try:
        yield stream
    finally:
        stream.close()


def _log(uri: str, study: str, reg: str, epochs: SimpleQueue[Epoch | None]) -> None:
    """Log epochs into the cell's runs, begun here or by an interrupted run, until None comes."""
    import mlflow
    from filelock import FileLock

    from regscope.tracking.record import open_experiment
    from regscope.tracking.runs import Runs

    key = settings_key(study, reg, cell_settings(written_study(study), reg))
    store.lock_file().parent.mkdir(parents=True, exist_ok=True)
    if store.is_default(uri):
        store.folder().mkdir(parents=True, exist_ok=True)
    with FileLock(store.lock_file()):
        client = mlflow.MlflowClient(uri)
        experiment, _ = open_experiment(client, uri, f"regscope/{study}")
        runs = Runs(client, experiment)
        parent = runs.begun(key, None) or runs.create_parent(reg, key, origin_tags(study, reg))
    children = _Children(runs, parent, study, reg)
    while (epoch := epochs.get()) is not None:
        children.log(epoch)


class _Children:
    """A cell's runs of one seed, each with the steps that it has."""

    def __init__(self, runs: Runs, parent: Run, study: str, reg: str) -> None:
        self._runs, self._parent = runs, parent.info.run_id
        self._reg, self._tags = reg, origin_tags(study, reg)
        self._found = runs.children(self._parent)
        self._steps: dict[int, set[int]] = {}

    def log(self, epoch: Epoch) -> None:
        for slot, seed in enumerate(epoch.seeds):
            run = self._run(seed)
            if epoch.number not in self._steps[seed]:
                self._steps[seed].add(epoch.number)
                self._runs.log(run, _values(epoch, slot))

    def _run(self, seed: int) -> str:
        if seed not in self._found:
            self._found[seed] = self._runs.create_child(self._reg, seed, self._parent, self._tags)
        run = str(self._found[seed].info.run_id)
        if seed not in self._steps:
            self._steps[seed] = self._runs.steps(run, curve_name(COLUMNS[0]))
        return run


def _values(epoch: Epoch, slot: int) -> Sequence[Value]:
    return [
        Value(curve_name(column), values[slot], epoch.number)
        for column, values in zip(COLUMNS, epoch.history, strict=True)
    ]
