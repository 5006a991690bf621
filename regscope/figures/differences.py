"""Of every cell the difference to none in test score, seed by seed and epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import MARGIN, fitting, head
from regscope.figures.lines import line
from regscope.figures.marks import Mark
from regscope.figures.series import average, mean_and_reach
from regscope.figures.style import GREY
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

    from regscope.figures.cells import CellData

HEIGHT, HEADING = 1.55, 0.45
"""Of a row of panels, and of the line above them, in inches."""
LEFT_OUT = 2
"""The axis holds what comes after one of so many parts of the epochs: early differences would make
those at the end too small to see."""
NOTE = (
    f"differences to {BASELINE}: seed by seed, all on one axis, which holds the second half of the"
    " epochs"
)
LEAST = 0.01
"""Of the axis, above and below what it holds."""


def others(cells: Sequence[CellData]) -> tuple[CellData | None, list[CellData]]:
    """The baseline, if it is there, and all that can be held against it."""
    baseline = next((cell for cell in cells if cell.reg == BASELINE), None)
    return baseline, [cell for cell in cells if cell.reg != BASELINE] if baseline else []


def height(cells: Sequence[CellData]) -> float:
    """Of `draw`, in inches; 0 where there is nothing to hold against the baseline."""
    count = len(others(cells)[1])
    return HEIGHT * math.ceil(count / fitting(count)) + HEADING if count else 0.0


def bands(
    cells: Sequence[CellData], column: str, window: int, scale: float
) -> dict[str, np.ndarray]:
    """Of every cell but the baseline low, mean and high `[3, epochs]` of its difference to it.

    Differences are of the same seed, in `scale` times the history's unit; the interval is over
    seeds, nan of one. Epochs are averaged as `series.average` does.
    """
    baseline, held = others(cells)
    found = {}
    for cell in held:
        assert baseline is not None
        mean, reach = mean_and_reach(
            scale * average(cell.history[column] - baseline.history[column], window)
        )
        found[cell.reg] = np.array([mean - reach, mean, mean + reach])
    return found


def limits(found: Mapping[str, np.ndarray], lost: Collection[str]) -> tuple[float, float]:
    """What the axis of all panels holds: 0, and every band in the later epochs.

    What is `lost` counts only where all are.
    """
    kept = [band for reg, band in found.items() if reg not in lost] or list(found.values())
    start = kept[0].shape[1] // LEFT_OUT
    # A band of one seed is nan but for its mean.
    ends = [
        value for band in kept for value in (np.nanmin(band[:, start:]), np.nanmax(band[:, start:]))
    ]
    low, high = min(0.0, *map(float, ends)), max(0.0, *map(float, ends))
    margin = max(0.06 * (high - low), LEAST)
    return low - margin, high + margin


def draw(
    figure: SubFigure,
    cells: Sequence[CellData],
    epochs: np.ndarray,
    found: Mapping[str, np.ndarray],
    title: str,
    lost: Collection[str],
) -> None:
    """A panel a cell, all on the same axes."""
    from matplotlib.ticker import MaxNLocator

    _, held = others(cells)
    columns = min(fitting(len(held)), len(held))
    rows = math.ceil(len(held) / columns)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    figure.suptitle(title, x=MARGIN / figure.bbox.width * figure.dpi, ha="left", fontsize=9.5)
    low, high = limits(found, lost)
    for axis in grid.flat[len(held) :]:
        axis.set_visible(False)
    for axis, cell in zip(grid.flat, held, strict=False):
        # Alone on its panel, and named there, a line needs no shape.
        line(axis, epochs, found[cell.reg], replace(cell, mark=Mark(cell.colour)), 0.5)
        head(axis, cell)
        axis.axhline(0, color="#4D4D4D", lw=1.1, ls=(0, (4, 2)), zorder=1)
        axis.grid(axis="y")
        axis.margins(x=0.02)
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
        axis.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axis.set_ylim(low, high)
        _cut(axis, found[cell.reg][1], low, high)
    for axis in grid.flat[max(len(held) - columns, 0) : len(held)]:
        axis.set_xlabel("Epoch")
        axis.tick_params(labelbottom=True)


def _cut(axis: Axes, mean: np.ndarray, low: float, high: float) -> None:
    """Say so where the line leaves the panel, or is nowhere in it."""
    inside = (low <= mean) & (mean <= high)
    if inside.all():
        return
    told = "axis cut" if inside.any() else f"{'below' if mean[-1] < low else 'above'} this axis"
    axis.annotate(
        told, (1, 0), (-4, 4), xycoords="axes fraction", textcoords="offset points", ha="right",
        fontsize=7, color=GREY,
    )  # fmt: skip
