"""Hidden units: how alike they are, how many directions they span, how many are dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regscope.figures.accuracy import tally
from regscope.figures.dots import ROW, baseline_line, dots, intervals, name_rows, widen
from regscope.figures.layout import panels
from regscope.measures.catalog import UNITS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

MEASURES = tuple(measure for measure in UNITS if measure.name != "mean_activation")


def draw(data: StudyData) -> Figure:
    """A row of panels a hidden layer, a panel a measure: mean and interval of every cell."""
    table = data.results.units
    layers = list(dict.fromkeys(table["layer"]))
    figure, axes = panels(
        len(layers) * len(MEASURES),
        tally(
            "Correlation between hidden units",
            list(data.verdicts("unit_correlation").values()),
        ),
        data.caption(
            "dot and bar: mean over seeds and its 95 % t interval",
            "dashed: mean of none",
            f"on {data.first_examples or 'test examples'}\n"
            "correlation: mean size of Pearson's r over pairs of units that are not constant, nor 0"
            " on more than 99 % of the examples (co-adaptation)\n"
            "effective rank: exponential of the entropy of the normalized singular values of"
            " centred activations\n"
            "dead: above 0 on no example",
            "title: layers averaged, paired t test, Holm-corrected over cells; neither higher nor"
            " lower is better by itself",
        ),
        size=(3.1, ROW * len(data.cells) + 0.55),
        columns=len(MEASURES),
    )
    colours = [cell.colour for cell in data.cells]
    for row, layer in enumerate(layers):
        chosen = table[table["layer"] == layer]
        by_reg = dict(iter(chosen.groupby("reg")))
        units = int(chosen["units"].iloc[0])
        for column, measure in enumerate(MEASURES):
            axis = axes[row * len(MEASURES) + column]
            by_cell = [by_reg[cell.reg][measure.name].to_numpy() for cell in data.cells]
            seeds = [measure.scale * own for own in by_cell]
            found = intervals(seeds)
            dots(axis, found, colours)
            baseline_line(axis, data.cells, found)
            if measure.in_points:
                widen(axis)
            name_rows(axis, data.cells, column == 0)
            of_all = f" of {units} units" * (measure.name == "effective_rank")
            title = f"{layer}: {measure.called(measure.phrase)}{of_all}"
            axis.set_title(title, loc="left", fontsize=9)
    return figure


def drawable(data: StudyData) -> bool:
    return len(data.results.units) > 0
