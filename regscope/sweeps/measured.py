"""Train candidate cells without the validation examples, and measure them on these and on test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from regscope import paths
from regscope.complaints import one_line
from regscope.errors import RegscopeError
from regscope.measures.weights import layer_weights, near_zero_fraction
from regscope.params import BASELINE, Study
from regscope.training.cell import train_cells

if TYPE_CHECKING:
    from torch import nn

    from regscope.datasets import Dataset

Row = dict[str, float]


@dataclass(frozen=True)
class Measured:
    """`rows` holds one row a seed for every cell; `device` is what trained them."""

    device: str
    rows: dict[str, list[Row]]


def candidates(study: Study, cells: Mapping[str, Mapping[str, Any]], seeds: int) -> Study:
    """The study with `none` and `cells` (`{name: {method: settings}}`) in place of its own.

    Raises RegscopeError: one line that names the cell's key, its value and what is allowed.
    """
    raw: dict[str, Any] = study.model_dump(mode="json", exclude={"regularizers"})
    raw["training"]["seeds"] = seeds
    raw["regularizers"] = {BASELINE: {}, **cells}
    try:
        return Study.model_validate(raw)
    except ValidationError as error:
        raise RegscopeError(one_line(error, raw)) from error


def train_and_measure(name: str, study: Study, label: str) -> Measured:
    """Every cell of `study` on the prepared data of the study `name`.

    The networks never see the validation examples, on which a strength is chosen, nor the test
    examples, on which the chosen one is judged.

    Raises what `train_cells` raises.
    """
    trained = train_cells(study, list(study.cells), paths.prepared(name), label, "validation")

    import torch

    from regscope.datasets import Dataset
    from regscope.networks import plain_networks
    from regscope.training.allocator import keep_freed_memory

    # One thread: sums are then the same however many cores there are.
    torch.set_num_threads(1)
    keep_freed_memory()
    dataset = Dataset.load(paths.prepared(name))
    rows = {}
    for reg, cell in trained.items():
        state = {tensor: torch.from_numpy(values) for tensor, values in cell.state.items()}
        networks = plain_networks(study, reg, state, dataset)
        rows[reg] = [
            {"seed": seed, **prediction_measures(network, dataset, study, seed), **weights}
            for seed, network, weights in zip(
                cell.seeds, networks, weight_measures(cell.state), strict=True
            )
        ]
    return Measured(next(iter(trained.values())).device, rows)


def prediction_measures(network: nn.Module, dataset: Dataset, study: Study, seed: int) -> Row:
    """Accuracy and loss on validation and test; accuracy on the examples that trained.

    `expected_calibration_error` is of the test examples.
    """
    import torch

    from regscope.evaluation.passes import logits
    from regscope.measures.calibration import expected_calibration_error
    from regscope.measures.predictions import accuracy, cross_entropy

    inside = dataset.split(study.split, seed, "validation")
    splits = {
        "train": inside.train,
        "validation": inside.holdout,
        "test": dataset.split(study.split, seed).holdout,
    }
    found, labels = {}, {}
    for split, indices in splits.items():
        inputs = torch.from_numpy(dataset.inputs[indices])
        found[split] = logits(network, inputs, dataset.scale)
        labels[split] = torch.from_numpy(dataset.targets[indices])
    measures = {}
    for split in ("validation", "test"):
        measures[f"{split}_accuracy"] = accuracy(found[split], labels[split])
        measures[f"{split}_loss"] = cross_entropy(found[split], labels[split])
    measures["train_accuracy"] = accuracy(found["train"], labels["train"])
    measures["generalization_gap"] = measures["train_accuracy"] - measures["test_accuracy"]
    measures["expected_calibration_error"] = expected_calibration_error(
        found["test"].softmax(1), labels["test"]
    )
    return measures


def weight_measures(state: Mapping[str, np.ndarray]) -> list[Row]:
    """Of stacked tensors `{name: [S, ...]}`, all layers' weights together, one row a seed.

    `near_zero_fraction` is the share of all weights that are near zero in their own layer.
    """
    layers = list(layer_weights(state).values())
    rows = []
    for seed in range(len(layers[0])):
        weights = [layer[seed] for layer in layers]
        size = sum(layer.size for layer in weights)
        squares = sum(np.square(layer, dtype=np.float64).sum() for layer in weights)
        near = sum(near_zero_fraction(layer) * layer.size for layer in weights)
        rows.append(
            {
                "zero_fraction": float(sum((layer == 0).sum() for layer in weights) / size),
                "near_zero_fraction": near / size,
                "weight_l2_norm": float(np.sqrt(squares)),
            }
        )
    return rows
