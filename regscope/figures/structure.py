"""How the weights of every layer are built: tails, sparsity, rank, size and smoothness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.dots import dots, intervals, name_rows, widen
from regscope.figures.layout import panels
from regscope.figures.style import GREY
from regscope.measures.catalog import LAYERS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

SHOWN = (
    "kurtosis", "hoyer", "gini", "zero_fraction", "near_zero_fraction", "stable_rank",
    "spectral_norm", "total_variation",
)  # fmt: skip
"""Columns of layers.csv; those without values are left out."""
ROUGH = "total variation: of the first layer's filters, over their l1 norm; high is rough"
MARKS = "osD^vPXp"
STEP, FILLED = 0.22, 0.8
"""Between the lines of two layers, in rows, and how much of a row they fill at most."""
COLUMNS = 4
KEY_COLUMNS = 6
"""So many names stand in one line beside the title."""
FAR = 30
FAR_TICKS = ((0, 1, 10, 100, 1000), ("0", "1", "10", "100", "1000"))
"""Kurtosis beyond FAR is drawn on an axis that is logarithmic from 1 on."""
ROW, LINE = 0.36, 0.105
"""Inches: the height of one row, and what each line in it needs at least."""


def draw(data: StudyData) -> Figure:
    """One panel a measure, a row a cell, in it a mark a layer: means and intervals over seeds."""
    table = data.results.layers
    known = {measure.name: measure for measure in LAYERS}
    measures = [known[name] for name in SHOWN if table[name].notna().any()]
    figure, axes = panels(
        len(measures),
        "Structure of the weights, layer by layer",
        data.caption(
            "mark and bar: mean over seeds and its 95 % t interval",
            "kurtosis 0: as normally distributed\n"
            "Hoyer and Gini: 0 all weights of one size, 1 only one is not zero",
            "near zero: below a tenth of the layer's root mean square\n"
            "stable rank: squared Frobenius over squared spectral norm",
            *([ROUGH] if known["total_variation"] in measures else []),
        ),
        size=(2.35, max(ROW, LINE * len(data.layers)) * len(data.cells) + 0.6),
        columns=COLUMNS,
    )
    step = min(STEP, FILLED / len(data.layers))
    seeds = dict(iter(table.groupby(["reg", "layer"], sort=False)))
    for position, (axis, measure) in enumerate(zip(axes, measures, strict=True)):
        for number, layer in enumerate(data.layers):
            by_cell = [seeds[cell.reg, layer][measure.name].to_numpy() for cell in data.cells]
            values = [measure.scale * own for own in by_cell]
            middle = step * (number - (len(data.layers) - 1) / 2)
            dots(
                axis, intervals(values), [cell.colour for cell in data.cells],
                np.arange(len(values)) + middle, marker=MARKS[number % len(MARKS)], s=20, lw=0.7,
            )  # fmt: skip
        name_rows(axis, data.cells, position % COLUMNS == 0)
        if measure.in_points:
            widen(axis)
        if measure.name == "kurtosis" and axis.get_xlim()[1] > FAR:
            axis.set_xscale("symlog", linthresh=1)
            axis.set_xticks(*FAR_TICKS)
            axis.set_xlim(left=table[measure.name].min() - 0.3)
        axis.set_title(measure.called(), loc="left", fontsize=9)
    _key(figure, data)
    return figure


def _key(figure: Figure, data: StudyData) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], ls="", marker=MARKS[number % len(MARKS)], color=GREY, ms=4.5, label=layer)
        for number, layer in enumerate(data.layers)
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=min(len(handles), KEY_COLUMNS))
