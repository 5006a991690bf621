"""Which classes are taken for which: the mistakes of each cell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import cut, fitting, head, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

MOST_TICKS = 30
FEW = 12
"""With more classes panels are larger and their names smaller."""
LETTER = 0.062
"""Inches, of a class's name."""
LONGEST = 13
"""Letters of a name in the line under a cell's."""


def draw(data: StudyData) -> Figure:
    """Confusion matrices summed over seeds, as percent of each actual class; right is blank."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    classes = data.classes
    percents = {cell.reg: row_percent(cell.arrays["confusion"].sum(0)) for cell in data.cells}
    mistakes = {reg: np.ma.array(percent, mask=np.eye(len(classes), dtype=bool))
                for reg, percent in percents.items()}  # fmt: skip
    top = max(float(values.max()) for values in mistakes.values()) or 1.0
    # The darkest fifth is left out, so that numbers stay readable.
    colour_map = ListedColormap(colormaps["OrRd"](np.linspace(0, 0.8, 256))).with_extremes(
        bad="#E3E6E8"
    )
    columns = min(fitting(len(data.cells)) if len(classes) <= FEW else 3, len(data.cells))
    figure, axes = panels(
        len(data.cells),
        "Mistakes: what each class is taken for",
        data.caption(
            "test examples of all seeds",
            "percent of each actual class",
            "grey: classified right",
            "under each name: the most confused pair",
        ),
        size=_size(classes, columns, len(data.cells)),
        columns=columns,
        share=True,
        labels=("Predicted", "Actual"),
    )
    for axis, cell in zip(axes, data.cells, strict=True):
        image = axis.imshow(mistakes[cell.reg], cmap=colour_map, vmin=0, vmax=top)
        head(axis, cell, most_confused(percents[cell.reg], classes))
        _ticks(axis, classes)
        if len(classes) <= 2:
            _numbers(axis, percents[cell.reg], top)
    bar = figure.colorbar(image, ax=axes, shrink=0.5, aspect=25, pad=0.015)
    bar.set_label("% of the actual class")
    bar.outline.set_visible(False)
    return figure


def row_percent(counts: np.ndarray) -> np.ndarray:
    """Counts `[C, C]` as percent of their row; a class without examples gives zeros."""
    percent: np.ndarray = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    return percent


def most_confused(percent: np.ndarray, classes: tuple[str, ...]) -> str:
    """The largest entry off the diagonal, such as `8 taken for 1: 4.2 %`."""
    off = percent * (1 - np.eye(len(percent)))
    actual, predicted = np.unravel_index(off.argmax(), off.shape)
    if off[actual, predicted] == 0:
        return "no mistakes"
    first, second = cut(classes[actual], LONGEST), cut(classes[predicted], LONGEST)
    return f"{first} taken for {second}: {off[actual, predicted]:.1f} %"


def _size(classes: tuple[str, ...], columns: int, cells: int) -> tuple[float, float]:
    """Of one panel; names stand left of the first column and under the last panel of each."""
    side = _side(classes)
    if len(classes) <= 2 and not _turned(classes):
        return side, side
    names = LETTER * max(map(len, classes)) if _turned(classes) else 0
    rows = math.ceil(cells / columns)
    # Where the last row is not full, the row above has names, too.
    named = 2 if cells % columns and rows > 1 else 1
    return side + names / columns, side + 0.2 + names * named / rows


def _side(classes: tuple[str, ...]) -> float:
    """Inches of one matrix."""
    if len(classes) <= 2:
        return 2.1
    return 2.35 if len(classes) <= FEW else 2.9


def _turned(classes: tuple[str, ...]) -> bool:
    """Whether the names under a matrix go upwards: several that are not tiny, or some too long to
    stand beside each other."""
    longest = max(map(len, classes))
    if len(classes) <= 3:
        return LETTER * longest > _side(classes) / len(classes)
    return len(classes) <= MOST_TICKS and longest > 2


def _ticks(axis: Axes, classes: tuple[str, ...]) -> None:
    names = list(classes) if len(classes) <= MOST_TICKS else []
    turned = 90 if _turned(classes) else 0
    letters = 7.5 if len(classes) <= FEW else 5.5
    axis.set_xticks(range(len(names)), names, rotation=turned, fontsize=letters)
    axis.set_yticks(range(len(names)), names, fontsize=letters)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)


def _numbers(axis: Axes, percent: np.ndarray, top: float) -> None:
    for (row, column), value in np.ndenumerate(percent):
        dark = row != column and value > 0.6 * top
        axis.text(
            column, row, f"{value:.1f}", ha="center", va="center",
            color="white" if dark else "#444444",
        )  # fmt: skip
