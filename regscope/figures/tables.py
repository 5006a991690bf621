"""The tables that `dvc plots` draws: curves with one column a cell, predictions one file a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regscope.figures.data import CellData, StudyData

CURVES = {
    "train_loss": "train_loss",
    "test_loss": "holdout_loss",
    "train_accuracy": "train_accuracy",
    "test_accuracy": "holdout_accuracy",
}


def curve(data: StudyData, column: str) -> str:
    """CSV: `epoch`, then the mean over seeds of every name in `regs`, to six digits.

    A cell that is not part of the study has a column of `nan`: of a plot whose list names a column
    that is not there DVC draws nothing, and an empty text would be drawn as 0.
    """
    means = {cell.reg: cell.history[column].mean(0) for cell in data.cells}
    lines = [",".join(["epoch", *data.study.regularizers])]
    for row, epoch in enumerate(data.cells[0].history["epoch"][0]):
        values = [
            f"{means[reg][row]:.6g}" if reg in means else "nan" for reg in data.study.regularizers
        ]
        lines.append(",".join([f"{epoch:.0f}", *values]))
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
