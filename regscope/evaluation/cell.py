"""One trained cell, measured."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from regscope.arithmetic.functions import portable_functions
from regscope.base import paths
from regscope.base.checksums import checked
from regscope.datasets import Dataset
from regscope.evaluation import inside
from regscope.evaluation.corruption import corruption_together, robustness_rows
from regscope.evaluation.examples import Examples, chosen, examples_of, pool_of
from regscope.evaluation.landscape import grid_of
from regscope.evaluation.passes import logits
from regscope.evaluation.predicted import prediction_measures
from regscope.evaluation.row import Row
from regscope.evaluation.seen import Seen
from regscope.evaluation.words import counted, most_frequent_tags, word_measures
from regscope.measures.catalog import Task, of_task
from regscope.measures.convergence import epochs_to_loss, loss_area, loss_rise
from regscope.measures.predictions import accuracy, confusion_matrix
from regscope.measures.robustness import input_gradient_norm, word_gradient_norm
from regscope.measures.units import hidden_activations
from regscope.study.networks import load_networks
from regscope.study.params import Study

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

    Arrays: `confusion` `[S, C, C]`; `test_indices` and `predictions` `[S, n]`, of sentences
    `predictions` `[S, words]`, one sentence after another; for two classes of
    points in the plane, the rectangle that holds the data as `grid` `[G*G, 2]`, and the
    probabilities of class 1 there as `grid_probabilities` `[S, G*G]`.
    """
    with portable_functions():
        return _evaluated(study, reg, folder, dataset)


def _evaluated(study: Study, reg: str, folder: Path, dataset: Dataset) -> Evaluation:
    networks = load_networks(study, reg, folder, dataset)
    targets, stored = torch.from_numpy(dataset.targets), torch.from_numpy(dataset.inputs)
    pool = pool_of(dataset, study.evaluation.examples)
    examples = [examples_of(study, dataset, seed) for seed in range(len(networks))]
    tested = [
        logits(network, stored[seen.test], dataset.scale)
        for network, seen in zip(networks, examples, strict=True)
    ]
    clean = [
        accuracy(*counted(found[: len(seen.few)], targets[seen.few]))
        for found, seen in zip(tested, examples, strict=True)
    ]
    hurt = robustness_rows(dataset.kind, networks, examples, pool, targets, clean)
    descent = _descent(folder, study.evaluation.training_loss)
    result = Evaluation()
    task: Task = "tagging" if dataset.kind == "tokens" else "classification"
    for seed, (network, own) in enumerate(zip(networks, examples, strict=True)):
        fitted = counted(logits(network, stored[own.train], dataset.scale), targets[own.train])
        few, few_labels = chosen(pool, own.pooled), targets[own.few]
        seen = Seen(
            *counted(tested[seed], targets[own.test]),
            network=network,
            weights=inside.weights_of(network),
            activations=hidden_activations(network, study.model.slot_names(), few, 1.0),
            few_inputs=few,
            few_labels=few_labels,
        )
        found = _look_inside(seen, dataset)
        together = (
            prediction_measures(*fitted, seen)
            | corruption_together(hurt[seed], clean[seed])
            | {"input_gradient_norm": _input_gradient_norm(dataset, network, few, few_labels)}
            | inside.pruning_together(found["pruning"])
            | inside.units_together(found["units"])
            | descent[seed]
            | inside.weights_together(seen.weights, found["layers"])
            | _of_words(dataset, own, tested[seed])
        )
        known = [measure.name for measure in of_task(task) if measure.name in together]
        result.measures.append({"seed": seed, **{name: together[name] for name in known}})
        found |= {"robustness": hurt[seed], "reliability": [asdict(row) for row in seen.bins]}
        for table, rows in found.items():
            result.tables[table].extend({"seed": seed, **row} for row in rows)
    result.arrays = _arrays(networks, tested, [seen.test for seen in examples], dataset)
    return result


def _look_inside(seen: Seen, dataset: Dataset) -> dict[str, list[Row]]:
    """Rows of `layers`, `units` and `pruning`."""
    pictures = dataset.input_shape if dataset.kind == "image" else None
    return {
        "layers": inside.layer_rows(seen.weights, pictures),
        "units": inside.unit_rows(seen.activations),
        "pruning": inside.pruning_rows(seen.network, seen.few_inputs, seen.few_labels),
    }


def _input_gradient_norm(
    dataset: Dataset, network: nn.Module, inputs: Tensor, labels: Tensor
) -> float:
    if dataset.kind == "tokens":
        return word_gradient_norm(network, inputs, labels)
    return input_gradient_norm(network, inputs, labels)


def _of_words(dataset: Dataset, seen: Examples, tested: Tensor) -> dict[str, float]:
    """Measures that only sentences have."""
    if dataset.words is None:
        return {}
    words, targets = torch.from_numpy(dataset.inputs), torch.from_numpy(dataset.targets)
    baseline = most_frequent_tags(
        words[seen.train], targets[seen.train], dataset.words, len(dataset.classes)
    )
    return word_measures(tested, words[seen.test], targets[seen.test], baseline)


def _descent(folder: Path, threshold: float) -> list[dict[str, float]]:
    """How every seed's training loss came down, and its test loss rose again, while it trained."""
    losses: dict[str, dict[str, list[float]]] = {"train_loss": {}, "holdout_loss": {}}
    with checked(folder / paths.HISTORY_FILE).open(newline="") as file:
        for row in csv.DictReader(file):
            for column, by_seed in losses.items():
                by_seed.setdefault(row["seed"], []).append(float(row[column]))
    train_loss, test_loss = (np.array(list(by_seed.values())) for by_seed in losses.values())
    return [
        {
            "epochs_to_training_loss": float(epochs),
            "training_loss_area": float(area),
            "test_loss_rise": float(rise),
        }
        for epochs, area, rise in zip(
            epochs_to_loss(train_loss, threshold),
            loss_area(train_loss),
            loss_rise(test_loss),
            strict=True,
        )
    ]


def _arrays(
    networks: list[nn.Module], tested: list[Tensor], indices: list[Tensor], dataset: Dataset
) -> dict[str, np.ndarray]:
    targets, classes = torch.from_numpy(dataset.targets), len(dataset.classes)
    judged = [
        counted(found.argmax(-1), targets[test])
        for found, test in zip(tested, indices, strict=True)
    ]
    predictions = [predicted for predicted, _ in judged]
    confusion = [confusion_matrix(predicted, labels, classes) for predicted, labels in judged]
    arrays = {
        "confusion": torch.stack(confusion).to(torch.int32),
        "test_indices": torch.stack(indices).to(torch.int32),
        "predictions": torch.stack(predictions).to(torch.int16),
    }
    grid = grid_of(dataset)
    if grid is not None:
        landscapes = [logits(network, grid).softmax(1)[:, 1] for network in networks]
        arrays |= {"grid": grid, "grid_probabilities": torch.stack(landscapes)}
    return {name: array.numpy() for name, array in arrays.items()}
