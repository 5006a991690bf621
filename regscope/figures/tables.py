"""The tables that `dvc plots` draws: curves with one column a cell, predictions one file a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from regscope.figures.data import CellData, StudyData

CURVES = {
    "train_loss": "train_loss",
    "test_loss": "holdout_loss",
    "train_accuracy": "train_accuracy",
    "test_accuracy": "holdout_accuracy",
}


def curve(data: StudyData, column: str) -> str:
    """CSV: `epoch`, then the mean over seeds of every cell, to six digits."""
    epochs = data.cells[0].history["epoch"][0]
    means = np.array([cell.history[column].mean(0) for cell in data.cells]).T
    lines = [",".join(["epoch", *(cell.reg for cell in data.cells)])]
    for epoch, row in zip(epochs, means, strict=True):
        lines.append(",".join([f"{epoch:.0f}", *(f"{value:.6g}" for value in row)]))
    return "\n".join(lines) + "\n"


def predictions(data: StudyData, cell: CellData) -> str:
    """CSV: actual and predicted class name of every test example of seed 0."""
    names = [_quoted(name) for name in data.dataset.classes]
    actual = data.dataset.targets[cell.arrays["test_indices"][0]]
    pairs = zip(actual, cell.arrays["predictions"][0], strict=True)
    lines = [f"{names[right]},{names[guess]}" for right, guess in pairs]
    return "\n".join(["actual,predicted", *lines]) + "\n"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(mark in name for mark in ',"\n') else name
