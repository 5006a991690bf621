"""Means with their intervals as dots, a row a cell, and which of them stand out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.base.lines import joined
from regscope.figures.style import INK
from regscope.statistics import mean_interval
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regscope.figures.cells import CellData

ROW = 0.27
"""Inches: the height of one row."""
MOST_NAMED = 3


def intervals(values: Sequence[np.ndarray]) -> np.ndarray:
    """`[R, 3]`: low, mean and high of the t interval of every row's seeds, infinite and missing
    values left out; nan where a row has none left, and at the ends where it has one."""
    found = np.full((len(values), 3), np.nan)
    for row, seeds in enumerate(values):
        finite = seeds[np.isfinite(seeds)]
        if len(finite):
            interval = mean_interval(finite)
            found[row] = interval.low, interval.mean, interval.high
    return found


def dots(
    axis: Axes,
    found: np.ndarray,
    colours: Sequence[str],
    heights: Sequence[float] | np.ndarray | None = None,
    **options: Any,
) -> None:
    """Draw intervals `[R, 3]`, by default at rows 0 to R - 1; `options` are of the dots."""
    places = np.arange(len(found)) if heights is None else heights
    _bars(axis, found, colours, places)
    given: dict[str, Any] = {"s": 34, "lw": 0.9, "ec": "white", "zorder": 4} | options
    axis.scatter(found[:, 1], places, c=colours, **given)


def marked(axis: Axes, cells: Sequence[CellData], found: np.ndarray) -> None:
    """The same, every cell with the marker that it has on lines: the key to these."""
    rows = np.arange(len(found))
    _bars(axis, found, [cell.colour for cell in cells], rows)
    scattered(axis, cells, found[:, 1], rows, s=34, lw=0.9, zorder=4)


def scattered(
    axis: Axes,
    cells: Sequence[CellData],
    across: np.ndarray,
    up: np.ndarray,
    **options: Any,
) -> None:
    """A dot a cell with its marker; of one shape all at once, since a call each takes long."""
    for marker in dict.fromkeys(cell.mark.marker for cell in cells):
        kept = [place for place, cell in enumerate(cells) if cell.mark.marker == marker]
        colours = [cells[place].colour for place in kept]
        axis.scatter(across[kept], up[kept], c=colours, marker=marker, ec="white", **options)


def _bars(
    axis: Axes, found: np.ndarray, colours: Sequence[str], places: Sequence[float] | np.ndarray
) -> None:
    low, _, high = found.T
    axis.hlines(places, low, high, colors=colours, lw=1.8, zorder=3)


def baseline_line(axis: Axes, cells: Sequence[CellData], found: np.ndarray) -> None:
    """A dashed line at the baseline's mean, of intervals `[cells, 3]`."""
    for cell, (_, mean, _) in zip(cells, found, strict=True):
        if cell.reg == BASELINE:
            axis.axvline(mean, color=cell.colour, lw=0.9, ls=(0, (4, 3)), zorder=1)


def name_rows(axis: Axes, cells: Sequence[CellData], named: bool = True) -> None:
    """One row a cell from above, with its name or without, on a grid of vertical lines."""
    rows = list(enumerate(cell.label for cell in cells)) if named else []
    axis.set_yticks([row for row, _ in rows], [label for _, label in rows])
    axis.set_ylim(len(cells) - 0.45, -0.55)
    axis.tick_params(axis="y", length=0, labelcolor=INK)
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x")


def widen(axis: Axes) -> None:
    """Let an axis of percentages that are nearly all 0 reach to 1 %."""
    if axis.get_xlim()[1] < 1:
        axis.set_xlim(-0.05, 1)


def leaders(found: np.ndarray, highest: bool = True) -> list[int]:
    """The rows of intervals `[R, 3]` that overlap the one with the best mean, that one first.

    Of a single seed nobody knows how far its interval would reach: it overlaps all.
    """
    sign = 1 if highest else -1
    order = np.argsort(-sign * found[:, 1])
    low, _, high = found[order[0]]
    apart = (found[:, 0] > high) | (found[:, 2] < low) | np.isnan(found[:, 1])
    return [int(row) for row in order if not apart[row]]


def extreme(cells: Sequence[CellData], found: np.ndarray, highest: bool) -> str:
    """The cells with most percent, such as `Dropout (98 %)`; empty where too many have as much.

    Cells whose interval overlaps that of the best are named with it. Where one that does has less
    than one that does not, since its seeds spread further, none stands out.
    """
    rows = leaders(found, highest)
    if len(rows) > min(MOST_NAMED, len(cells) - 1):
        return ""
    means = found[:, 1] if highest else -found[:, 1]
    if np.nansum(means >= means[rows].min()) > len(rows):
        return ""
    labels = joined([cells[row].label for row in rows])
    percents = joined(list(dict.fromkeys(f"{found[row, 1]:.0f}" for row in rows)))
    return f"{labels} ({percents} %{', intervals overlap' if len(rows) > 1 else ''})"
