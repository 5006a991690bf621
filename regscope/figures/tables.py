"""The tables that `dvc plots` draws: curves of all cells, predictions one file a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regscope.measures.catalog import ACCURACY

if TYPE_CHECKING:
    from regscope.figures.cells import CellData
    from regscope.figures.data import StudyData

CURVES = {
    "train_loss": "train_loss",
    "test_loss": "holdout_loss",
    "train_accuracy": "train_accuracy",
    ACCURACY: "holdout_accuracy",
}


def curves(data: StudyData) -> str:
    """CSV: `epoch`, `reg`, and the mean over seeds of every one of CURVES, to six digits."""
    lines = [",".join(["epoch", "reg", *CURVES])]
    for cell in data.cells:
        means = [cell.history[column].mean(0) for column in CURVES.values()]
        for row, epoch in enumerate(cell.history["epoch"][0]):
            values = [f"{mean[row]:.6g}" for mean in means]
            lines.append(",".join([f"{epoch:.0f}", cell.reg, *values]))
    return "\n".join(lines) + "\n"


def predictions(data: StudyData, cell: CellData) -> str:
    """CSV: actual and predicted class name of every test example (or word) of seed 0."""
    names = [_quoted(name) for name in data.dataset.classes]
    actual = data.dataset.targets[cell.arrays["test_indices"][0]]
    pairs = zip(actual[actual >= 0], cell.arrays["predictions"][0], strict=True)
    lines = [f"{names[right]},{names[guess]}" for right, guess in pairs]
    return "\n".join(["actual,predicted", *lines]) + "\n"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(mark in name for mark in ',"\n') else name
