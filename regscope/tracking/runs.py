"""One cell's runs in MLflow: a parent with what the seeds say together, and a child a seed.

Every step can be repeated: a run that was begun and not ended is found by its tags and completed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from regscope.tracking import store
from regscope.tracking.values import Value

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput, Run

KIND = "regscope.kind"
CELL, SEED = "cell", "seed"
KEY = "regscope.settings"
DIGEST = "regscope.cell"
SEED_TAG = "regscope.seed"
WRITER = "regscope.writer"
COMPLETE = "regscope.complete"
PARENT = "mlflow.parentRunId"

BATCH = 1000
"""The most metrics that MLflow takes at once."""


@dataclass(frozen=True)
class Logged:
    """What is logged with a run beside metrics."""

    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Runs:
    """The runs of one experiment."""

    client: MlflowClient
    experiment: str

    def complete(self, key: str, digest: str) -> Run | None:
        """The parent of a cell that is logged completely, by whomever."""
        for run in self._parents(key):
            if run.data.tags.get(DIGEST) == digest and COMPLETE in run.data.tags:
                return run
        return None

    def begun(self, key: str, digest: str | None) -> Run | None:
        """A parent that this repository has begun and not completed.

        It may have been begun by the cell's training, which does not know the digest yet.
        """
        for run in self._parents(key):
            tags = run.data.tags
            if (
                COMPLETE not in tags
                and tags.get(WRITER) == store.writer()
                and tags.get(DIGEST) in (None, digest)
            ):
                return run
        return None

    def _parents(self, key: str) -> Sequence[Run]:
        found: Sequence[Run] = self.client.search_runs(
            [self.experiment], f"tags.`{KIND}` = '{CELL}' and tags.`{KEY}` = '{key}'"
        )
        return found

    def children(self, parent: str) -> dict[int, Run]:
        """By seed."""
        found = self.client.search_runs([self.experiment], f"tags.`{PARENT}` = '{parent}'")
        return {int(run.data.tags[SEED_TAG]): run for run in found if SEED_TAG in run.data.tags}

    def create(self, name: str, tags: Mapping[str, str]) -> Run:
        return self.client.create_run(self.experiment, tags=dict(tags), run_name=name)

    def create_parent(self, reg: str, key: str, tags: Mapping[str, str]) -> Run:
        own = {KIND: CELL, KEY: key, WRITER: store.writer()}
        return self.create(reg, {**tags, **own})

    def create_child(self, reg: str, seed: int, parent: str, tags: Mapping[str, str]) -> Run:
        own = {KIND: SEED, SEED_TAG: str(seed), PARENT: parent}
        return self.create(f"{reg}, seed {seed}", {**tags, **own})

    def steps(self, run: str, name: str) -> set[int]:
        """The steps at which a run has a metric."""
        return {metric.step for metric in self.client.get_metric_history(run, name)}

    def log(self, run: str, values: Iterable[Value], beside: Logged | None = None) -> None:
        """Metrics in as few calls as MLflow allows; params and tags go with the last."""
        from mlflow.entities import Metric, Param, RunTag

        now = int(time.time() * 1000)
        metrics = [Metric(value.name, value.value, now, value.step) for value in values]
        beside = beside or Logged()
        *before, last = list(_batches(metrics)) or [[]]
        for batch in before:
            self.client.log_batch(run, metrics=batch)
        self.client.log_batch(
            run,
            metrics=last,
            params=[Param(name, value) for name, value in beside.params.items()],
            tags=[RunTag(name, value) for name, value in beside.tags.items()],
        )

    def log_input(self, run: str, dataset: DatasetInput) -> None:
        self.client.log_inputs(run, [dataset])

    def finish(self, run: str) -> None:
        self.client.set_terminated(run)

    def remove_models(self, run: Run) -> None:
        """Models that an interrupted logging left behind."""
        for model in run.outputs.model_outputs if run.outputs else []:
            self.client.delete_logged_model(model.model_id)


def _batches(metrics: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(metrics), BATCH):
        yield metrics[start : start + BATCH]
