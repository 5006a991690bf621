"""Accuracy on corrupted test examples, the more of the corruption the less."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.accuracy import VERDICTS, tally
from regscope.figures.dots import ROW, baseline_line, intervals, marked, name_rows
from regscope.figures.layout import HEADINGS, sheet
from regscope.figures.lines import line
from regscope.figures.style import GREY, display_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

COLUMNS = 3
PANEL = 1.95
"""Inches: the height of one panel."""


def draw(data: StudyData) -> Figure:
    """One panel a corruption, and beside them the cells ranked by their mean accuracy."""
    corruptions = list(dict.fromkeys(data.results.robustness["corruption"]))
    columns = min(COLUMNS, len(corruptions))
    rows = math.ceil(len(corruptions) / columns)
    found = 100 * intervals([data.per_seed(cell.reg, "corruption_accuracy") for cell in data.cells])
    verdicts = data.verdicts("corruption_accuracy")
    figure = sheet(
        9.4 if columns > 1 else 7.6,
        max(PANEL * rows, ROW * len(data.cells) + 0.75) + HEADINGS,
        tally("Accuracy on corrupted examples", list(verdicts.values())),
        data.caption(
            "line: mean over seeds",
            "band and bar: its 95 % t interval\nseverity 0: as they are",
            "the same corrupted examples for every seed and cell",
            *data.where_limited,
            f"ranking: mean over severities 1 to 5{' of all corruptions' if columns > 1 else ''}\n"
            "dashed: mean of none",
            "▲ better, ▼ worse than none, ≈ no difference that matters: paired t test, or two"
            " one-sided ones, Holm-corrected over cells",
            *data.guess_note,
        ),
    )
    halves = figure.add_gridspec(1, 2, width_ratios=(columns, 1 if columns > 1 else 0.8))
    grid = halves[0].subgridspec(rows, columns).subplots(sharex=True, sharey=True, squeeze=False)
    axes = list(grid.flat)
    for axis in axes[len(corruptions) :]:
        axis.set_visible(False)
    for axis, corruption in zip(axes, corruptions, strict=False):
        _curves(axis, data, corruption)
    axes[0].set_xticks(range(6))
    for axis in grid[:, 0]:
        axis.set_ylabel("Test accuracy, %")
    for axis in axes[max(len(corruptions) - columns, 0) : len(corruptions)]:
        axis.set_xlabel("Severity")
        axis.tick_params(labelbottom=True)
    _ranking(figure.add_subplot(halves[1]), data, found, verdicts)
    return figure


def ranked(found: np.ndarray) -> np.ndarray:
    """The rows of intervals `[R, 3]`, best mean first."""
    order: np.ndarray = np.argsort(-found[:, 1], kind="stable")
    return order


def _curves(axis: Axes, data: StudyData, corruption: str) -> None:
    table = data.results.robustness
    by_reg = dict(iter(table[table["corruption"] == corruption].groupby("reg")))
    for order, cell in enumerate(data.cells):
        rows = by_reg[cell.reg]
        band = 100 * rows[["low", "accuracy", "high"]].to_numpy().T
        line(axis, rows["severity"].to_numpy(), band, cell, order / len(data.cells))
    axis.set_title(display_name(corruption), loc="left", fontsize=9)
    axis.margins(x=0.02)
    axis.grid(axis="y")
    data.guess_line(axis)


def _ranking(axis: Axes, data: StudyData, found: np.ndarray, verdicts: Mapping[str, str]) -> None:
    order = ranked(found)
    cells = [data.cells[row] for row in order]
    marked(axis, cells, found[order])
    baseline_line(axis, cells, found[order])
    name_rows(axis, cells)
    for row, cell in enumerate(cells):
        mark, colour = VERDICTS.get(verdicts.get(cell.reg, ""), ("", GREY))
        if mark:
            axis.text(
                1.04, row, mark.strip(), transform=axis.get_yaxis_transform(), va="center",
                ha="center", color=colour,
            )  # fmt: skip
    axis.set_title("Mean, %", loc="left", fontsize=9)
    data.guess_line(axis, "x")
