"""One cell's runs in MLflow: a parent with what the seeds say together, and a child a seed.

Every step can be repeated: a run that was begun and not ended is found by its tags and completed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regscope.tracking import store
from regscope.tracking.values import Value

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput, Run

KIND = "regscope.kind"
CELL, SEED = "cell", "seed"
KEY = "regscope.base.settings"
DIGEST = "regscope.cell"
SEED_TAG = "regscope.seed"
WRITER = "regscope.writer"
COMPLETE = "regscope.complete"
SUPERSEDED = "regscope.superseded"
PARENT = "mlflow.parentRunId"

Points = dict[tuple[str, int], float]
"""A run's metrics by name and step."""


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

    def completed(self, key: str) -> list[Run]:
        """The parents with these settings that are logged completely, by whomever."""
        return [run for run in self._parents(key) if COMPLETE in run.data.tags]

    def complete(self, key: str, digest: str) -> Run | None:
        """The one of `completed` that has these results."""
        found = (run for run in self.completed(key) if run.data.tags.get(DIGEST) == digest)
        return next(found, None)

    def begun(self, key: str) -> list[Run]:
        """Parents that this repository has begun and not completed nor superseded, newest first.

        One that was begun by the cell's training, which does not know the digest yet, has none.
        """
        return [
            run
            for run in self._parents(key)
            if run.data.tags.get(WRITER) == store.writer()
            and not {COMPLETE, SUPERSEDED} & set(run.data.tags)
        ]

    def streaming(self, parent: str) -> bool:
        """Whether a parent is training's: neither taken over by `track`, superseded nor deleted."""
        run = self.client.get_run(parent)
        taken = {DIGEST, COMPLETE, SUPERSEDED} & set(run.data.tags)
        return run.info.lifecycle_stage == "active" and not taken

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

    def points(self, run: Run) -> Points:
        """Every metric of a run at every step, one call a name; `run` as the store gave it last."""
        return {
            (name, metric.step): metric.value
            for name in run.data.metrics
            for metric in self.client.get_metric_history(run.info.run_id, name)
        }

    def log(self, run: str, values: Iterable[Value], beside: Logged | None = None) -> None:
        """Log into a run. Of many metrics MLflow makes several calls: not all or nothing."""
        from mlflow.entities import Metric, Param, RunTag

        now = int(time.time() * 1000)
        beside = beside or Logged()
        self.client.log_batch(
            run,
            metrics=[Metric(value.name, value.value, now, value.step) for value in values],
            params=[Param(name, value) for name, value in beside.params.items()],
            tags=[RunTag(name, value) for name, value in beside.tags.items()],
        )

    def log_input(self, run: str, dataset: DatasetInput) -> None:
        self.client.log_inputs(run, [dataset])

    def finish(self, run: str) -> None:
        """End a run; that it is complete is said last, once everything else of it is there."""
        self.client.set_terminated(run)
        self.client.set_tag(run, COMPLETE, "true")

    def end(self, parent: str, status: str) -> None:
        """Give a parent and its children a status: KILLED, FAILED, or RUNNING again."""
        for run in (parent, *(child.info.run_id for child in self.children(parent).values())):
            if status == "RUNNING":
                self.client.update_run(run, status)
            else:
                self.client.set_terminated(run, status)

    def supersede(self, parent: str) -> None:
        """Give up what was begun: nothing goes on in it."""
        self.end(parent, "KILLED")
        self.client.set_tag(parent, SUPERSEDED, "true")

    def delete(self, parent: str) -> None:
        for child in self.children(parent).values():
            self.client.delete_run(child.info.run_id)
        self.client.delete_run(parent)

    def remove_models(self, run: Run) -> None:
        """Models that an interrupted logging left behind."""
        for model in run.outputs.model_outputs if run.outputs else []:
            self.client.delete_logged_model(model.model_id)
