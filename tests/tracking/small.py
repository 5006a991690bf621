"""A small study, trained and evaluated in the working directory, and what MLflow holds of it."""

from __future__ import annotations

import json
from typing import Any

import yaml
from mlflow import MlflowClient
from mlflow.entities import Run

from regscope import results
from regscope.base import paths
from regscope.base.environment import environment
from regscope.base.files import write_csv, write_json, write_text
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.evaluation import evaluate_cell
from regscope.study.networks import MODEL_FILE
from regscope.study.params import load_params, written_study
from regscope.tasks import TASKS
from regscope.tracking import ledger, store
from regscope.training import history
from regscope.training.loop import cell_trainer

NAME = "small"
EXPERIMENT = "regscope/small"
CELLS = ("none", "l1")
SEEDS, EPOCHS = 2, 3


def write_params(strength: float) -> None:
    study: dict[str, Any] = {
        "title": "Small",
        "data": {"source": "digits"},
        "split": {"train": 54, "validation": 10},
        "model": {"kind": "mlp", "hidden": [8, 4]},
        "training": {
            "optimizer": "sgd",
            "learning_rate": 0.1,
            "batch_size": 16,
            "epochs": EPOCHS,
            "seeds": SEEDS,
        },
        "evaluation": {"training_loss": 0.5, "examples": 20},
        "regularizers": {"none": {}, "l1": {"l1": strength}},
    }
    params = {"study": NAME, "reg": "l1", "studies": {NAME: study}}
    write_text(paths.PARAMS, yaml.safe_dump(params, sort_keys=False))


def build(strength: float = 0.001) -> None:
    """All that the stages before tracking write; of the figures only stand-ins."""
    write_params(strength)
    study = load_params().named(NAME)
    if not paths.prepared(NAME).is_dir():
        for folder in (paths.raw(NAME), paths.prepared(NAME)):
            folder.mkdir(parents=True)
        study.data.download(paths.raw(NAME))
        study.data.prepare(paths.raw(NAME)).save(paths.prepared(NAME))
    for reg in CELLS:
        build_cell(reg)
    summarize()
    write_text(paths.plots(NAME) / "accuracy.png", "a figure")
    for reg in CELLS:
        write_text(paths.plots(NAME) / "confusion" / f"{reg}.csv", f"actual,predicted\n{reg},1\n")


def build_cell(reg: str) -> None:
    study, dataset = load_params().named(NAME), Dataset.load(paths.prepared(NAME))
    trainer = cell_trainer(study, study.cells[reg].methods(), dataset, range(SEEDS))
    trainer.run()
    folder = paths.model(NAME, reg)
    state = {name: value.numpy() for name, value in trainer.model.state_dict().items()}
    write_tensors(folder / MODEL_FILE, state)
    write_text(
        folder / "history.csv",
        history.to_csv(TASKS["classification"].history, range(SEEDS), trainer.history.numpy()),
    )
    write_json(folder / "environment.json", environment("cpu", "float32"))
    evaluated = evaluate_cell(study, reg, folder, dataset)
    for table, rows in evaluated.tables.items():
        write_csv(paths.evaluation(NAME, reg) / f"{table}.csv", rows)
    write_tensors(paths.evaluation(NAME, reg) / "arrays.safetensors", evaluated.arrays)


def summarize() -> None:
    folder = paths.summary(NAME)
    folder.mkdir(parents=True, exist_ok=True)
    results.write(results.gather(NAME, load_params().named(NAME)), folder)
    write_json(folder / "settings.json", written_study(NAME))


def change_strength(strength: float) -> None:
    """Another strength of `l1`, trained and evaluated."""
    write_params(strength)
    build_cell("l1")
    summarize()


class Held:
    """What the store holds, asked through MLflow's client."""

    def __init__(self, uri: str | None = None, experiment: str = EXPERIMENT) -> None:
        self.client = MlflowClient(uri or store.tracking_uri())
        found = self.client.get_experiment_by_name(experiment)
        assert found is not None
        self.experiment = found.experiment_id

    def runs(self) -> list[Run]:
        return list(self.client.search_runs([self.experiment], order_by=["start_time ASC"]))

    def parents(self) -> list[Run]:
        return [run for run in self.runs() if "mlflow.parentRunId" not in run.data.tags]

    def children(self, parent: Run) -> list[Run]:
        return [
            run
            for run in self.runs()
            if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id
        ]

    def curve(self, run: Run, name: str) -> list[tuple[int, float]]:
        found = self.client.get_metric_history(run.info.run_id, name)
        return sorted((metric.step, metric.value) for metric in found)

    def models(self) -> list[str]:
        return [m.model_id for m in self.client.search_logged_models([self.experiment])]

    def counts(self) -> dict[str, int]:
        """How many children every parent has, by the parent's id."""
        return {run.info.run_id: len(self.children(run)) for run in self.parents()}


def noted() -> Any:
    """The ledger's file."""
    file = ledger.ledger_file()
    return json.loads(file.read_text()) if file.is_file() else None
