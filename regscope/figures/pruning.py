"""How much accuracy is left when the smallest weights are set to zero.

A weight's size is relative to its layer's root mean square.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.dots import ROW, extreme, intervals, marked, name_rows, scattered
from regscope.figures.layout import HEADINGS, sheet
from regscope.figures.lines import line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import SubplotSpec

    from regscope.figures.data import StudyData

ACCURACY = "Test accuracy, %"
REMOVED = "Smallest weights removed, %"
RELATIVE = "Smallest weights, relative to their layer's root mean square, removed, %"
TICKS = (0, 50, 80, 90, 95, 98, 99, 99.5)
"""Percent."""
ALL = "all"
COLUMNS = 3
LAYER = 1.75
"""Inches: the height of the panels of single layers."""


def draw(data: StudyData) -> Figure:
    """All layers together, beside it what can go for a point of accuracy; below each layer.

    Of deep networks, whose layers are not pruned by themselves, there is nothing below.
    """
    table = data.results.pruning
    found = 100 * intervals([data.per_seed(cell.reg, "prunable_fraction") for cell in data.cells])
    scopes = list(dict.fromkeys(table["scope"]))
    layers = [scope for scope in scopes if scope != ALL]
    rows = math.ceil(len(layers) / COLUMNS)
    top = ROW * len(data.cells) + 0.75
    figure = sheet(
        9.4,
        top + LAYER * rows + HEADINGS,
        title(data, found),
        data.caption(
            "the smallest weights, each relative to its layer's root mean square, are set to zero,"
            " without training again",
            *data.where_limited,
            "line: mean over seeds",
            "band and bar: its 95 % t interval\n"
            "dots: where accuracy falls more than one point below the unpruned, mean over seeds",
            "a network that is right as often without any weights can lose all",
            "axis logarithmic in what is left",
            *(["single layers: means"] if layers else []),
            *data.guess_note,
        ),
    )
    halves = (top, LAYER * rows) if layers else (top,)
    grid = figure.add_gridspec(len(halves), 1, height_ratios=halves)
    above = grid[0].subgridspec(1, 2, width_ratios=(1.9, 1))
    curves, summary = figure.add_subplot(above[0]), figure.add_subplot(above[1])
    _curves(curves, data, table, ALL, band=True)
    curves.set_title("All layers together", loc="left", fontsize=9)
    curves.set_ylabel(ACCURACY)
    curves.set_xlabel(RELATIVE)
    _marks(curves, data, table, found)
    marked(summary, data.cells, found)
    name_rows(summary, data.cells)
    summary.set_title("What can go for one point of accuracy, %", loc="left", fontsize=9)
    if layers:
        _layer_by_layer(grid[1], data, layers)
    return figure


def _layer_by_layer(space: SubplotSpec, data: StudyData, layers: Sequence[str]) -> None:
    columns = min(COLUMNS, len(layers))
    rows = math.ceil(len(layers) / columns)
    below = space.subgridspec(rows, columns).subplots(sharey=True, squeeze=False)
    for axis in below[:, 0]:
        axis.set_ylabel(ACCURACY)
    for axis in below[-1]:
        axis.set_xlabel(REMOVED)
    for axis, layer in zip(below.flat, layers, strict=False):
        _curves(axis, data, data.results.pruning, layer, band=False)
        axis.set_title(f"Only {layer}", loc="left", fontsize=9)
    for axis in below.flat[len(layers) :]:
        axis.set_visible(False)


def title(data: StudyData, found: np.ndarray) -> str:
    """Which cells can lose most weights and which fewest, where intervals `[cells, 3]` tell."""
    learned = [row for row, cell in enumerate(data.cells) if cell.reg not in data.results.lost]
    cells, found = [data.cells[row] for row in learned], found[learned]
    most = extreme(cells, found, highest=True)
    fewest = extreme(cells, found, highest=False)
    if most:
        return f"Most weights can go with {most}" + (f", fewest with {fewest}" if fewest else "")
    if fewest:
        return f"Fewest weights can go with {fewest}"
    return "How many of the smallest weights can go: no cell stands out"


def place(fractions: Sequence[float] | np.ndarray) -> np.ndarray:
    """Where removed fractions below 1 stand: the decades of what is left."""
    result: np.ndarray = -np.log10(1 - np.asarray(fractions))
    return result


def _curves(axis: Axes, data: StudyData, table: pd.DataFrame, scope: str, band: bool) -> None:
    chosen = table[(table["scope"] == scope) & (table["fraction"] < 1)]
    by_reg = dict(iter(chosen.groupby("reg")))
    for order, cell in enumerate(data.cells):
        rows = by_reg[cell.reg]
        values = 100 * rows[["low", "accuracy", "high"]].to_numpy().T
        line(axis, place(rows["fraction"].to_numpy()), values, cell, order / len(data.cells), band)
    axis.set_xticks(place(np.array(TICKS) / 100), [f"{tick:g}" for tick in TICKS])
    last = float(place(chosen["fraction"].to_numpy()).max())
    axis.set_xlim(-0.02 * last, last)
    axis.grid(axis="y")
    data.guess_line(axis)


def _marks(axis: Axes, data: StudyData, table: pd.DataFrame, found: np.ndarray) -> None:
    whole = table[(table["scope"] == ALL) & (table["fraction"] == 0)]
    accuracy = dict(zip(whole["reg"], whole["accuracy"], strict=True))
    unpruned = [100 * accuracy[cell.reg] for cell in data.cells]
    shares = np.minimum(found[:, 1] / 100, 0.999)
    scattered(axis, data.cells, place(shares), np.array(unpruned) - 1, s=22, lw=0.9, zorder=6)
