"""One trained cell, measured."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from regscope.arithmetic.functions import portable_functions
from regscope.base import paths
from regscope.base.checksums import checked
from regscope.datasets import Dataset
from regscope.evaluation import inside
from regscope.evaluation.classes import OfClasses
from regscope.evaluation.examples import chosen, examples_of, pool_of
from regscope.evaluation.numbers import OfNumbers
from regscope.evaluation.row import Row
from regscope.measures.catalog import of_task
from regscope.measures.convergence import accuracy_fall, epochs_to_loss, loss_area, loss_rise
from regscope.measures.units import hidden_activations
from regscope.study.networks import load_networks
from regscope.study.params import Study
from regscope.tasks import TaskName, task_of

JUDGES: dict[TaskName, type[OfClasses] | type[OfNumbers]] = {
    "classification": OfClasses,
    "tagging": OfClasses,
    "regression": OfNumbers,
}

EMPTY = {
    "layers": ("seed", *inside.LAYER_COLUMNS),
    "units": ("seed", *inside.UNIT_COLUMNS),
    "pruning": ("seed", *inside.PRUNING_COLUMNS),
}
"""Columns of the tables that may have no rows: not every network has weights, or hidden layers."""


@dataclass
class Evaluation:
    """Rows of the tables of that name, each with its `seed`, and arrays.

    `measures` has a row a seed; `layers` and `units` one a seed and layer; `pruning` one a seed,
    scope (`all` or a layer) and fraction; `robustness` one a seed, corruption and severity (0 is
    clean); `reliability` one a seed and bin of confidence that is not empty. What cannot be had,
    such as the correlation of hidden units where there are none, is nan.
    """

    measures: list[Row] = field(default_factory=list)
    layers: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    pruning: list[Row] = field(default_factory=list)
    robustness: list[Row] = field(default_factory=list)
    reliability: list[Row] = field(default_factory=list)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, list[Row]]:
        return {
            name: getattr(self, name)
            for name in ("measures", "layers", "units", "pruning", "robustness", "reliability")
        }


def evaluate_cell(study: Study, reg: str, folder: Path, dataset: Dataset) -> Evaluation:
    """Measure the trained cell in `folder`.

    Accuracy, loss and calibration are of all test examples; pruning, robustness, hidden units and
    input gradients of the first `evaluation.examples` of every seed's.

    Of sentences everything is measured over their words; examples are sentences.

    Arrays are those of the task: of `OfClasses.arrays`, or `OfNumbers.arrays`.
    """
    with portable_functions():
        return _evaluated(study, reg, folder, dataset)


def _evaluated(study: Study, reg: str, folder: Path, dataset: Dataset) -> Evaluation:
    networks = load_networks(study, reg, folder, dataset)
    task = task_of(dataset)
    pool = pool_of(dataset, study.evaluation.examples)
    examples = [examples_of(study, reg, dataset, seed) for seed in range(len(networks))]
    judged = JUDGES[task.name](dataset, networks, examples, pool)
    descent = _descent(folder, study.evaluation.training_loss)
    pictures = dataset.input_shape if dataset.kind == "image" else None
    result = Evaluation()
    for seed, (network, own) in enumerate(zip(networks, examples, strict=True)):
        weights, few = inside.weights_of(network), chosen(pool, own.pooled)
        activations = hidden_activations(network, study.model.hidden_layers_of(network), few, 1.0)
        layers = inside.layer_rows(weights, pictures)
        units = inside.unit_rows(activations)
        together, found = judged.measured(seed, weights, activations)
        together |= (
            inside.units_together(units) | descent[seed] | inside.weights_together(weights, layers)
        )
        known = [measure.name for measure in of_task(task.name) if measure.name in together]
        result.measures.append({"seed": seed, **{name: together[name] for name in known}})
        for table, rows in {"layers": layers, "units": units, **found}.items():
            result.tables[table].extend({"seed": seed, **row} for row in rows)
    result.arrays = judged.arrays()
    return result


def _descent(folder: Path, threshold: float) -> list[dict[str, float]]:
    """How every seed's training loss came down, and how its test loss rose again and its test
    accuracy fell, while it trained."""
    history: dict[str, dict[str, list[float]]] = {}
    with checked(folder / paths.HISTORY_FILE).open(newline="") as file:
        for row in csv.DictReader(file):
            for column, value in row.items():
                history.setdefault(column, {}).setdefault(row["seed"], []).append(float(value))
    curves = {column: np.array(list(by_seed.values())) for column, by_seed in history.items()}
    found = {
        "epochs_to_training_loss": epochs_to_loss(curves["train_loss"], threshold),
        "training_loss_area": loss_area(curves["train_loss"]),
        "test_loss_rise": loss_rise(curves["holdout_loss"]),
    }
    if "holdout_accuracy" in curves:
        found["best_epoch_accuracy"] = curves["holdout_accuracy"].max(1)
        found["test_accuracy_fall"] = accuracy_fall(curves["holdout_accuracy"])
    return [
        dict(zip(found, map(float, values), strict=True))
        for values in zip(*found.values(), strict=True)
    ]
