"""All figures and tables of one study, by file name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from regscope.base.files import write_bytes, write_text
from regscope.figures import (
    accuracy,
    confusion,
    curves,
    decision,
    heatmaps,
    layers,
    precision_recall,
    predicted,
    predictions,
    pruning,
    reliability,
    residuals,
    robustness,
    structure,
    tables,
    units,
    weights,
)
from regscope.figures.style import render
from regscope.measures.weights import MOST_LAYERS_ALONE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData


def figures(data: StudyData) -> dict[str, Callable[[StudyData], Figure]]:
    """What can be drawn of this study, as `{file name: function}`."""
    there = data.study.task.tables
    drawn: dict[str, Callable[[StudyData], Figure]] = {
        "curves.png": curves.draw,
        f"{data.score.stem}.png": accuracy.draw,
    }
    if "robustness" in there:
        drawn["robustness.png"] = robustness.draw
    if "reliability" in there:
        drawn["reliability.png"] = reliability.draw
    if "confused" in there:
        drawn["confusion.png"] = confusion.draw
    else:
        drawn |= {"predicted.png": predicted.draw, "residuals.png": residuals.draw}
    if precision_recall.drawable(data):
        drawn["precision_recall.png"] = precision_recall.draw
    if data.layers:
        drawn |= {"weights.png": weights.draw, "heatmaps.png": heatmaps.draw}
        if "pruning" in there:
            drawn["pruning.png"] = pruning.draw
    if 0 < len(data.layers) <= MOST_LAYERS_ALONE:
        drawn |= {"weights_by_layer.png": layers.draw, "structure.png": structure.draw}
    if units.drawable(data):
        drawn["units.png"] = units.draw
    if data.dataset.kind == "image" and "confused" in there:
        drawn["predictions.png"] = predictions.draw
    if decision.drawable(data):
        drawn["decision.png"] = decision.draw
    return drawn


def write(data: StudyData, folder: Path) -> None:
    """Every figure, the table of curves and the predictions of each cell."""
    for file, draw in figures(data).items():
        write_bytes(folder / file, render(draw, data))
    write_text(folder / "curves.csv", tables.curves(data))
    for cell in data.cells:
        told = "confusion" if data.classes else "predicted"
        write_text(folder / told / f"{cell.reg}.csv", tables.predictions(data, cell))
