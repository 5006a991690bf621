"""Which classes are taken for which: the mistakes of each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import head, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

MOST_TICKS = 12


def draw(data: StudyData) -> Figure:
    """Confusion matrices summed over seeds, as percent of each actual class; right is blank."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    classes = data.dataset.classes
    percents = {cell.reg: row_percent(cell.arrays["confusion"].sum(0)) for cell in data.cells}
    mistakes = {reg: np.ma.array(percent, mask=np.eye(len(classes), dtype=bool))
                for reg, percent in percents.items()}  # fmt: skip
    top = max(float(values.max()) for values in mistakes.values()) or 1.0
    # The darkest fifth is left out, so that numbers stay readable.
    colour_map = ListedColormap(colormaps["OrRd"](np.linspace(0, 0.8, 256))).with_extremes(
        bad="#E3E6E8"
    )
    figure, axes = panels(
        len(data.cells),
        "Mistakes: what each class is taken for",
        data.caption(
            "test examples of all seeds",
            "percent of each actual class",
            "grey: classified right",
            "under each name: the most confused pair",
        ),
        size=_size(classes),
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
    return f"{classes[actual]} taken for {classes[predicted]}: {off[actual, predicted]:.1f} %"


def _size(classes: tuple[str, ...]) -> tuple[float, float]:
    if len(classes) <= 2:
        return 2.1, 2.1
    return 2.35, 2.55 + (0.035 * max(map(len, classes)) if _turned(classes) else 0)


def _turned(classes: tuple[str, ...]) -> bool:
    return len(classes) > 3 and max(map(len, classes)) > 2


def _ticks(axis: Axes, classes: tuple[str, ...]) -> None:
    names = list(classes) if len(classes) <= MOST_TICKS else []
    turned = 90 if _turned(classes) else 0
    axis.set_xticks(range(len(names)), names, rotation=turned, fontsize=7.5)
    axis.set_yticks(range(len(names)), names, fontsize=7.5)
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
