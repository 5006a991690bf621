"""Everything about a cell that needs its weights or the test data, seed by seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from regscope.datasets import Dataset
from regscope.measures.predictions import accuracy, confusion_matrix, cross_entropy
from regscope.measures.weights import layer_weights, near_zero_fraction, weight_measures
from regscope.networks import load_networks
from regscope.params import Study

BATCH = 1000
GRID = 160


@dataclass
class Evaluation:
    """Rows for `measures.csv` (one a seed) and `layers.csv` (one a seed and layer), and arrays."""

    measures: list[dict[str, float]] = field(default_factory=list)
    layers: list[dict[str, float | str]] = field(default_factory=list)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def evaluate_cell(study: Study, reg: str, folder: Path, dataset: Dataset) -> Evaluation:
    """Measure the trained cell in `folder`.

    Arrays: `confusion` `[S, C, C]`; `test_indices` and `predictions` `[S, n]`; for two classes of
    points in the plane, the rectangle that holds the data as `grid` `[G*G, 2]`, and the
    probabilities of class 1 there as `grid_probabilities` `[S, G*G]`.
    """
    networks = load_networks(study, reg, folder, dataset)
    inputs, targets = torch.from_numpy(dataset.inputs), torch.from_numpy(dataset.targets)
    result = Evaluation()
    confusion, indices, predictions, landscapes = [], [], [], []
    grid = _grid(dataset) if dataset.input_shape == (2,) and len(dataset.classes) == 2 else None
    for seed, network in enumerate(networks):
        split = dataset.split(study.split, seed)
        train = torch.from_numpy(split.train)
        test = torch.from_numpy(split.holdout)
        train_logits = logits(network, inputs[train], dataset.scale)
        test_logits = logits(network, inputs[test], dataset.scale)
        result.measures.append(
            {"seed": seed}
            | _prediction_measures(train_logits, targets[train], test_logits, targets[test])
        )
        predicted = test_logits.argmax(1)
        confusion.append(confusion_matrix(predicted, targets[test], len(dataset.classes)))
        indices.append(test)
        predictions.append(predicted)
        if grid is not None:
            landscapes.append(logits(network, grid, 1.0).softmax(1)[:, 1])
    _add_weight_measures(result, {name: _stacked(networks, name) for name in _names(networks)})
    result.arrays = {
        "confusion": torch.stack(confusion).to(torch.int32).numpy(),
        "test_indices": torch.stack(indices).to(torch.int32).numpy(),
        "predictions": torch.stack(predictions).to(torch.int16).numpy(),
    }
    if grid is not None:
        result.arrays |= {
            "grid": grid.numpy(),
            "grid_probabilities": torch.stack(landscapes).numpy(),
        }
    return result


@torch.no_grad()
def logits(network: nn.Module, inputs: Tensor, scale: float) -> Tensor:
    """Logits `[N, C]` of stored inputs `[N, ...]`, in batches of bounded memory."""
    return torch.cat([network(batch.float() * scale) for batch in torch.split(inputs, BATCH)])


def _prediction_measures(
    train_logits: Tensor, train_labels: Tensor, test_logits: Tensor, test_labels: Tensor
) -> dict[str, float]:
    measures = {
        "test_accuracy": accuracy(test_logits, test_labels),
        "test_loss": cross_entropy(test_logits, test_labels),
        "train_accuracy": accuracy(train_logits, train_labels),
        "train_loss": cross_entropy(train_logits, train_labels),
    }
    measures["generalization_gap"] = measures["train_accuracy"] - measures["test_accuracy"]
    measures["loss_gap"] = measures["test_loss"] - measures["train_loss"]
    return measures


def _add_weight_measures(result: Evaluation, state: dict[str, np.ndarray]) -> None:
    """Per layer into `layers`; of all weights together into `measures`, as `weight_*`.

    `near_zero_fraction` there is the share of all weights that are near zero in their layer.
    """
    layers = layer_weights(state)
    for seed, row in enumerate(result.measures):
        for layer, weights in layers.items():
            result.layers.append({"seed": seed, "layer": layer, **weight_measures(weights[seed])})
        together = np.concatenate([weights[seed].ravel() for weights in layers.values()])
        for name, value in weight_measures(together).items():
            row[name if name.endswith("_fraction") else f"weight_{name}"] = value
        # Near zero is meant relative to each layer's own scale.
        near = sum(
            near_zero_fraction(weights[seed]) * weights[seed].size for weights in layers.values()
        )
        row["near_zero_fraction"] = near / together.size


def _names(networks: list[nn.Module]) -> list[str]:
    return list(networks[0].state_dict())


def _stacked(networks: list[nn.Module], name: str) -> np.ndarray:
    return torch.stack([network.state_dict()[name] for network in networks]).numpy()


def _grid(dataset: Dataset) -> Tensor:
    """A lattice a little larger than the data, `[G*G, 2]`, row after row from below."""
    lowest, highest = dataset.inputs.min(0), dataset.inputs.max(0)
    margin = 0.1 * (highest - lowest)
    across, up = (
        torch.linspace(float(low), float(high), GRID)
        for low, high in zip(lowest - margin, highest + margin, strict=True)
    )
    return torch.cartesian_prod(up, across).flip(1)
