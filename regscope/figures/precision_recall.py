"""Precision against recall of a rare class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.accuracy import tally
from regscope.figures.layout import head, panels
from regscope.figures.style import GREY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

MEASURE = "average_precision"
ARRAY = "precision"


def drawable(data: StudyData) -> bool:
    """Whether the cells were measured so: of two classes one of which is rare."""
    return all(ARRAY in cell.arrays for cell in data.cells) and MEASURE in data.results.seeds


def draw(data: StudyData) -> Figure:
    """One panel a cell: a faint line a seed, the mean over seeds, and the constant guess."""
    told = int(data.cells[0].arrays["precision_of"][0])
    guess = data.results.guessed(MEASURE)
    verdicts = data.verdicts(MEASURE)
    figure, axes = panels(
        len(data.cells),
        tally(f"Precision and recall of {data.classes[told]}", list(verdicts.values())),
        data.caption(
            "faint: single seeds; strong: precision at a recall, mean over seeds",
            *(["grey: the constant guess"] if guess is not None else []),
            "precision: how much of what is told to be of the class is; recall: how much of the"
            " class is told\n"
            "AP: average precision, the area below a seed's line; mean over seeds\n"
            "better, worse: higher, lower than with none by a paired t test, Holm-corrected over"
            " cells",
        ),
        size=(2.5, 2.3),
        share=True,
        labels=("Recall, %", "Precision, %"),
    )
    for axis, cell in zip(axes, data.cells, strict=True):
        lines = 100 * cell.arrays[ARRAY]
        mean = 100 * np.nanmean(data.per_seed(cell.reg, MEASURE))
        verdict = verdicts.get(cell.reg)
        head(axis, cell, f"AP {mean:.1f} %" + (f", {verdict}" if verdict else ""))
        levels = 100 * np.arange(1, lines.shape[1] + 1) / lines.shape[1]
        if guess is not None:
            axis.axhline(100 * guess, color=GREY, lw=0.8, zorder=1)
        # The recall of a line's point is reached from the left: precision holds up to it.
        axis.step(levels, lines.T, where="pre", color=cell.colour, lw=0.5, alpha=0.3, zorder=2)
        axis.step(levels, lines.mean(0), where="pre", color=cell.colour, lw=1.6, zorder=3)
    axes[0].set(xlim=(0, 102), ylim=(0, 104), xticks=range(0, 101, 25), yticks=range(0, 101, 25))
    return figure
