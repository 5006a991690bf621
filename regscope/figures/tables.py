"""The tables that `dvc plots` draws: curves of all cells, predictions one file a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regscope.figures.cells import CellData
    from regscope.figures.data import StudyData


def curves(data: StudyData) -> str:
    """CSV: `epoch`, `reg`, and means over seeds of losses and scores in training and test, to six
    digits."""
    score = data.score.stem
    columns = ("train_loss", "holdout_loss", f"train_{score}", f"holdout_{score}")
    shown = [column.replace("holdout", "test") for column in columns]
    lines = [",".join(["epoch", "reg", *shown])]
    for cell in data.cells:
        means = [cell.history[column].mean(0) for column in columns]
        for row, epoch in enumerate(cell.history["epoch"][0]):
            values = [f"{mean[row]:.6g}" for mean in means]
            lines.append(",".join([f"{epoch:.0f}", cell.reg, *values]))
    return "\n".join(lines) + "\n"


def predictions(data: StudyData, cell: CellData) -> str:
    """CSV: of every test example (or word) of seed 0 the class's name, actual and predicted; or
    the numbers where there are no classes."""
    if not data.classes:
        return _numbers(data, cell)
    names = [_quoted(name) for name in data.dataset.classes]
    actual = data.dataset.targets[cell.arrays["test_indices"][0]]
    pairs = zip(actual[actual >= 0], cell.arrays["predictions"][0], strict=True)
    lines = [f"{names[right]},{names[guess]}" for right, guess in pairs]
    return "\n".join(["actual,predicted", *lines]) + "\n"


def _numbers(data: StudyData, cell: CellData) -> str:
    actual = data.dataset.targets[cell.arrays["test_indices"][0]]
    pairs = zip(actual, cell.arrays["predictions"][0], strict=True)
    lines = [f"{right:.9g},{guess:.6g}" for right, guess in pairs]
    return "\n".join(["actual,predicted", *lines]) + "\n"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(mark in name for mark in ',"\n') else name
