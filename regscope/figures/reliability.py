"""How far the networks' confidence can be trusted: reliability diagrams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.accuracy import tally
from regscope.figures.dots import intervals
from regscope.figures.layout import head, panels
from regscope.figures.style import FAINT, GREY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

FEWEST = 0.001
"""Bins with a smaller share of the examples are drawn hollow, off the line."""


def draw(data: StudyData) -> Figure:
    """One panel a cell: accuracy against confidence, bars for the share of examples in a bin."""
    table = data.results.reliability
    bins = int(table["bin"].max()) + 1
    edges = np.linspace(0, 100, bins + 1)
    measure = "expected_calibration_error"
    found = 100 * intervals([data.per_seed(cell.reg, measure) for cell in data.cells])
    verdicts = data.verdicts(measure)
    figure, axes = panels(
        len(data.cells),
        tally("Expected calibration error", list(verdicts.values())),
        data.caption(
            "dots: examples of all seeds, binned by the probability of the predicted class\n"
            "hollow: less than 0.1 % of the examples",
            "bars: share of examples",
            "below the diagonal: too confident\n"
            "ECE: expected calibration error, the mean distance to the diagonal over a seed's"
            " examples; mean over seeds\n"
            "better, worse: lower, higher than with none by a paired t test, Holm-corrected over"
            " cells",
        ),
        size=(2.5, 2.3),
        share=True,
        labels=("Confidence, %", "Accuracy, %"),
    )
    for axis, cell, (_, mean, _) in zip(axes, data.cells, found, strict=True):
        rows = table[table["reg"] == cell.reg]
        share = rows["count"].to_numpy() / rows["count"].sum()
        confidence, accuracy = 100 * rows[["confidence", "accuracy"]].to_numpy().T
        verdict = verdicts.get(cell.reg)
        head(axis, cell, f"ECE {mean:.1f} %" + (f", {verdict}" if verdict else ""))
        heights = np.bincount(rows["bin"], 100 * share, bins)
        axis.stairs(heights, edges, fill=True, color=FAINT, lw=0, zorder=1)
        axis.plot([0, 100], [0, 100], color=GREY, lw=0.8, zorder=2)
        enough = share >= FEWEST
        axis.plot(confidence[enough], accuracy[enough], "o-", color=cell.colour, ms=4, lw=1.2)
        axis.plot(confidence[~enough], accuracy[~enough], "o", mfc="white", mec=cell.colour, ms=4)
    # The axes are shared: what is set of one is set of all. Room for dots at 100 %.
    axes[0].set(xlim=(0, 102), ylim=(0, 104), xticks=range(0, 101, 25), yticks=range(0, 101, 25))
    return figure
