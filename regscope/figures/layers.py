"""The weights of each layer by themselves, as boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import panels
from regscope.figures.style import INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

COLUMNS = 3
PERCENTILES = (1, 25, 50, 75, 99)


def draw(data: StudyData) -> Figure:
    """One panel a layer, one box a cell: quartiles, and whiskers to the outer hundredths."""
    from matplotlib.ticker import MaxNLocator

    figure, axes = panels(
        len(data.layers),
        "Weights by layer",
        data.caption(
            "all seeds together",
            "box: quartiles, dot: median",
            "whiskers: 1st to 99th percentile\neach layer on its own axis",
        ),
        size=(3.1, 0.3 * len(data.cells) + 0.55),
        columns=COLUMNS,
    )
    for position, (axis, layer) in enumerate(zip(axes, data.layers, strict=True)):
        boxes = np.array([box(cell.weights[layer]) for cell in data.cells])
        low, lower, median, upper, high = boxes.T
        rows, colours = range(len(boxes)), [cell.colour for cell in data.cells]
        # Not `Axes.bxp`, which imports pyplot.
        axis.hlines(rows, low, high, colors=colours, lw=1.3)
        axis.barh(
            rows, upper - lower, left=lower, height=0.58, color=colours, edgecolor=colours, lw=0.8
        )
        axis.plot(median, rows, "o", ms=3.4, mfc="white", mec=INK, mew=0.8, zorder=5)
        axis.set_title(_title(layer, data.cells[0].weights[layer]), loc="left", fontsize=9)
        axis.axvline(0, color="#9A9A9A", lw=0.7, zorder=0)
        axis.grid(axis="x")
        reach = 1.06 * float(np.abs(boxes).max()) or 1.0
        axis.xaxis.set_major_locator(MaxNLocator(5, symmetric=True))
        axis.set_xlim(-reach, reach)
        axis.set_ylim(len(boxes) - 0.45, -0.55)
        axis.spines["left"].set_visible(False)
        named = position % COLUMNS == 0
        axis.set_yticks(rows if named else [], [cell.label for cell in data.cells] if named else [])
        axis.tick_params(axis="y", length=0)
        axis.set_xlabel("Weight")
    return figure


def box(weights: np.ndarray) -> np.ndarray:
    """The PERCENTILES of all weights together."""
    percentiles: np.ndarray = np.percentile(weights, PERCENTILES)
    return percentiles


def _title(layer: str, weights: np.ndarray) -> str:
    return f"{layer}  ({' × '.join(str(size) for size in weights.shape[1:])})"
