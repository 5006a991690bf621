"""Two small studies written file by file, as if trained: `pictures` and `points`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from regscope.base import paths
from regscope.base.files import write_csv, write_text
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.tasks import TASKS
from regscope.training import history
from tests.figures import tables

PARAMS = """
study: pictures
reg: l1
studies:
  pictures:
    title: Pictures
    data: {source: digits}
    split: {train: 10, validation: 2}
    model: {kind: mlp, hidden: [3, 2]}
    training: {optimizer: sgd, learning_rate: 0.1, batch_size: 5, epochs: 3, seeds: 2}
    evaluation: {training_loss: 0.5}
    regularizers: {none: {}, l1: {l1: 0.1}, mine: {l2: 0.1}}
  points:
    title: Points
    data: {source: moons, samples: 30, noise: 0.1}
    split: {train: 10, validation: 2}
    model: {kind: mlp, hidden: [3, 2]}
    training: {optimizer: sgd, learning_rate: 0.1, batch_size: 5, epochs: 3, seeds: 2}
    evaluation: {training_loss: 0.5}
    regularizers: {none: {}, l1: {l1: 0.1}, mine: {l2: 0.1}}
"""

CELLS = ("none", "l1", "mine")
SEEDS = 2
EPOCHS = 3
LAYERS = ("hidden1", "hidden2", "output")
TEST = 20


def write(root: Path) -> None:
    """Everything that `stages.visualize` reads, under `root`, the working directory."""
    draws = np.random.default_rng(0)
    write_text(root / "params.yaml", PARAMS)
    pictures = draws.integers(0, 17, (30, 1, 4, 4)).astype(np.uint8)
    points = draws.normal(size=(30, 2)).astype(np.float32)
    _study(root, "pictures", Dataset("image", pictures, np.arange(30) % 3, ("a", "b", "c"), 1 / 16))
    _study(root, "points", Dataset("points", points, np.arange(30) % 2, ("up", "down, left")))


def _study(root: Path, name: str, dataset: Dataset) -> None:
    folder = root / paths.prepared(name)
    folder.mkdir(parents=True)
    dataset.save(folder)
    for number, reg in enumerate(CELLS):
        _cell(root, name, reg, number, dataset)
    for table, rows in tables.of(CELLS, SEEDS, LAYERS, dataset.kind).items():
        write_csv(root / paths.summary(name) / f"{table}.csv", rows)


def _cell(root: Path, name: str, reg: str, number: int, dataset: Dataset) -> None:
    draws = np.random.default_rng(number)
    classes, inputs = len(dataset.classes), int(np.prod(dataset.input_shape))
    shapes = dict(zip(LAYERS, ((3, inputs), (2, 3), (classes, 2)), strict=True))
    weights = {
        f"{layer}.weight": draws.normal(size=(SEEDS, *shape)).astype(np.float32)
        for layer, shape in reversed(shapes.items())
    }
    write_tensors(
        root / paths.model(name, reg) / "model.safetensors",
        {**weights, "hidden1.bias": np.zeros((SEEDS, 3), np.float32)},
    )
    # Seed s has 1 + s plus the cell's number at epoch 1, half of it at 2, and so on.
    values = (1 + np.arange(SEEDS)[:, None] + number) / np.arange(1, EPOCHS + 1)
    columns = np.broadcast_to(values, (len(TASKS["classification"].history), SEEDS, EPOCHS)).copy()
    columns[[2, 4]] /= 10
    table = history.to_csv(TASKS["classification"].history, range(SEEDS), columns)
    write_text(root / paths.model(name, reg) / "history.csv", table)
    indices = np.stack([draws.permutation(30)[:TEST] for _ in range(SEEDS)]).astype(np.int32)
    predictions = dataset.targets[indices].astype(np.int16)
    predictions[:, 0] = (predictions[:, 0] + 1) % classes
    confusion = np.zeros((SEEDS, classes, classes), np.int32)
    for seed in range(SEEDS):
        np.add.at(confusion[seed], (dataset.targets[indices[seed]], predictions[seed]), 1)
    arrays: dict[str, np.ndarray] = {
        "confusion": confusion,
        "test_indices": indices,
        "predictions": predictions,
    }
    if dataset.kind == "points":
        across, up = np.linspace(-2, 2, 8), np.linspace(-3, 3, 8)
        grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
        steep = np.array([[1.0], [2.0]]) + number
        arrays["grid"] = grid.astype(np.float32)
        arrays["grid_probabilities"] = (1 / (1 + np.exp(steep * grid[:, 1]))).astype(np.float32)
    write_tensors(root / paths.evaluation(name, reg) / "arrays.safetensors", arrays)
