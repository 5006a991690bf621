"""One cell's runs in MLflow: a parent with what the seeds say together, and a child a seed.

A run is complete once a tag says so, which is its last. What was begun and not completed is
deleted by whoever began it, and logged anew.
"""

from __future__ import annotations

import hashlib
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regscope.base import paths
from regscope.tracking import store

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

    from regscope.tracking.values import Value

KIND = "regscope.kind"
CELL, SEED = "cell", "seed"
DIGEST = "regscope.cell"
SEED_TAG = "regscope.seed"
WRITER = "regscope.writer"
COMPLETE = "regscope.complete"
PARENT = "mlflow.parentRunId"


@dataclass(frozen=True)
class Runs:
    """The runs of one experiment."""

    client: MlflowClient
    experiment: str

    def complete(self, digests: Iterable[str]) -> dict[str, str]:
        """The ids of parents that hold all of their cell, by whomever logged, by its digest."""
        found = {}
        for digest in digests:
            for run in self._parents(digest):
                if COMPLETE in run.data.tags:
                    found[digest] = str(run.info.run_id)
        return found

    def delete_begun(self, digests: Iterable[str]) -> None:
        """Delete what this repository has begun of the cells and not completed."""
        for digest in digests:
            for run in self._parents(digest):
                if run.data.tags.get(WRITER) == _writer() and COMPLETE not in run.data.tags:
                    self._delete(run)

    def begin_parent(self, name: str, tags: Mapping[str, str], kind: str = CELL) -> str:
        """The id of a new run."""
        return self._begin(name, {**tags, KIND: kind, WRITER: _writer()})

    def begin_seed(self, reg: str, seed: int, parent: str, tags: Mapping[str, str]) -> str:
        own = {KIND: SEED, SEED_TAG: str(seed)}
        return self.begin_child(f"{reg}, seed {seed}", parent, {**tags, **own})

    def begin_child(self, name: str, parent: str, tags: Mapping[str, str]) -> str:
        return self._begin(name, {**tags, PARENT: parent})

    def log(
        self,
        run: str,
        values: Iterable[Value],
        params: Mapping[str, str],
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Log into a run. Of many metrics MLflow makes several calls: not all or nothing."""
        from mlflow.entities import Metric, Param, RunTag

        now = int(time.time() * 1000)
        self.client.log_batch(
            run,
            metrics=[Metric(value.name, value.value, now, value.step) for value in values],
            params=[Param(name, value) for name, value in params.items()],
            tags=[RunTag(name, value) for name, value in (tags or {}).items()],
        )

    def complete_run(self, run: str) -> None:
        """End a run, once everything of it is there."""
        self.client.set_terminated(run)
        self.client.set_tag(run, COMPLETE, "true")

    def _parents(self, digest: str) -> list[Run]:
        """Those that were not deleted."""
        asked = f"tags.`{DIGEST}` = '{digest}'"
        found = self.client.search_runs([self.experiment], asked)
        return [run for run in found if PARENT not in run.data.tags]

    def _begin(self, name: str, tags: Mapping[str, str]) -> str:
        run = self.client.create_run(self.experiment, tags=dict(tags), run_name=name)
        return str(run.info.run_id)

    def _delete(self, parent: Run) -> None:
        """The parent last, by which all of it is found."""
        run = parent.info.run_id
        for child in self.client.search_runs([self.experiment], f"tags.`{PARENT}` = '{run}'"):
            self.client.delete_run(child.info.run_id)
        of_run = f"source_run_id = '{run}'"
        for model in self.client.search_logged_models([self.experiment], of_run):
            self.client.delete_logged_model(model.model_id)
        self.client.delete_run(run)


def open_runs(client: MlflowClient, uri: str, name: str) -> Runs:
    """The runs of the experiment of that name, which is made if it is not there.

    One that was deleted is restored, with its runs, since a name is not given twice; this is said
    on stderr.
    """
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        # Somebody else at the same server may be faster.
        with suppress(MlflowException):
            client.create_experiment(name, artifact_location=store.artifacts(uri, name))
        found = client.get_experiment_by_name(name)
    if found is None:
        raise MlflowException(f"the experiment {name} cannot be made")
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
        print(
            f"regscope: {name} was deleted at {store.shown(uri)}: restored, with its runs",
            file=sys.stderr,
        )
    return Runs(client, str(found.experiment_id))


def _writer() -> str:
    """Who logs: this repository on this machine, as a digest that gives no path away."""
    place = f"{socket.gethostname()}:{paths.repository().resolve()}"
    return hashlib.sha256(place.encode()).hexdigest()[:16]
