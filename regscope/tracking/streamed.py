"""The runs that training streams into: what of `live` needs mlflow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from regscope.engine.messages import Epoch
from regscope.study.params import written_study
from regscope.tracking import ledger, store
from regscope.tracking.begun import agree, lacking
from regscope.tracking.cells import cell_settings, settings_key
from regscope.tracking.describe import origin_tags
from regscope.tracking.record import open_experiment
from regscope.tracking.runs import DIGEST, Points, Runs
from regscope.tracking.values import Value, curve_name
from regscope.training.history import COLUMNS

if TYPE_CHECKING:
    from regscope.tracking.live import Told


def log_told(uri: str, study: str, reg: str, told: Told) -> None:
    """Log epochs into the cell's runs until an end is told.

    Nothing where another process of this repository streams the same cell. Raises what the store
    raises.
    """
    key = settings_key(study, reg, cell_settings(written_study(study), reg))
    store.make_folders(uri)
    try:
        with FileLock(store.live_lock_file(key), blocking=False):
            _log(uri, study, reg, key, told)
    except Timeout:
        return


def _log(uri: str, study: str, reg: str, key: str, told: Told) -> None:
    import mlflow

    client, name = mlflow.MlflowClient(uri), f"regscope/{study}"
    lock = FileLock(store.lock_file())
    with lock:
        experiment, _ = open_experiment(client, uri, name)
        runs = Runs(client, experiment)
        streamed = Streamed(runs, study, reg, key)
        # The same results may come of it: then `track` is to find these runs and remove them.
        ledger.forget(uri, name, [run.info.run_id for run in runs.completed(key)])
    while isinstance(epoch := told.get(), Epoch):
        with lock:
            if not streamed.log(epoch):
                return
    if epoch is not None:
        with lock:
            streamed.end(epoch)


class Streamed:
    """A cell's parent and its children, begun here or by a training that broke off.

    To be used under the lock of `store.lock_file()`.
    """

    def __init__(self, runs: Runs, study: str, reg: str, key: str) -> None:
        self._runs, self._reg, self._key = runs, reg, key
        self._tags = origin_tags(study, reg)
        self._children: dict[int, tuple[str, Points]] = {}
        streamed = [run for run in runs.begun(key) if DIGEST not in run.data.tags]
        if not streamed:
            self._begin()
            return
        self._parent = streamed[0].info.run_id
        for seed, child in runs.children(self._parent).items():
            self._children[seed] = child.info.run_id, runs.points(child)
        runs.end(self._parent, "RUNNING")

    def log(self, epoch: Epoch) -> bool:
        """Log what the runs lack of an epoch; False where they are no longer training's.

        That is so once `track` completes them for another process with the same results.
        """
        if not self._runs.streaming(self._parent):
            return False
        told = {seed: _values(epoch, slot) for slot, seed in enumerate(epoch.seeds)}
        there = {seed: points for seed, (_, points) in self._children.items()}
        if not all(agree(there.get(seed, {}), values) for seed, values in told.items()):
            self._runs.supersede(self._parent)
            self._begin()
        for seed, values in told.items():
            self._log_seed(seed, values)
        return True

    def end(self, status: str) -> None:
        """Give the runs a status of MLflow's, as long as they are training's."""
        if self._runs.streaming(self._parent):
            self._runs.end(self._parent, status)

    def _begin(self) -> None:
        self._parent = self._runs.create_parent(self._reg, self._key, self._tags).info.run_id
        self._children = {}

    def _log_seed(self, seed: int, values: Sequence[Value]) -> None:
        if seed not in self._children:
            child = self._runs.create_child(self._reg, seed, self._parent, self._tags)
            self._children[seed] = child.info.run_id, {}
        run, points = self._children[seed]
        new = lacking(points, values)
        if new:
            self._runs.log(run, new)
            points |= {(value.name, value.step): value.value for value in new}


def _values(epoch: Epoch, slot: int) -> list[Value]:
    return [
        Value(curve_name(column), values[slot], epoch.number)
        for column, values in zip(COLUMNS, epoch.history, strict=True)
    ]
