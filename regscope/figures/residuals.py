"""How far off predicted numbers are, and whether they are off alike wherever they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regscope.datasets.splits import quantile_starts
from regscope.figures.layout import head, panels
from regscope.figures.style import GREY, INK
from regscope.measures.catalog import named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

BINS = 10
FEWEST = 20
"""Predictions in a bin, at least."""


def draw(data: StudyData) -> Figure:
    """One panel a cell: residuals against predictions, and their spread bin by bin."""
    quantity, error = data.dataset.quantity, named("test_rmse")
    assert quantity is not None
    figure, axes = panels(
        len(data.cells),
        f"Residuals against predictions: {quantity.called}",
        data.caption(
            "dots: test examples of all seeds, true minus predicted",
            "steps: root mean square of the residuals, up and down, in bins of as many predictions",
            "dashed: that of all\n"
            "steps along the dashed lines: one spread holds for every prediction\n"
            f"under each name: {error.phrase}, mean over seeds; the bins' smallest and largest"
            " spread",
        ),
        size=(2.6, 2.4),
        share=True,
        labels=("Predicted", "True minus predicted"),
    )
    for axis, cell in zip(axes, data.cells, strict=True):
        predicted = cell.arrays["predictions"].astype(np.float64).ravel()
        residuals = data.dataset.targets[cell.arrays["test_indices"]].ravel() - predicted
        edges, spreads = spread_by_bin(predicted, residuals)
        whole = np.sqrt(np.square(residuals).mean())
        mean = data.per_seed(cell.reg, error.name).mean()
        head(axis, cell, f"RMSE {mean:.4g}; bins {spreads.min():.3g} to {spreads.max():.3g}")
        axis.scatter(predicted, residuals, s=6, lw=0, alpha=0.3, color=cell.colour, zorder=1)
        axis.axhline(0, color=GREY, lw=0.8, zorder=2)
        for sign in (-1, 1):
            axis.axhline(sign * whole, color=GREY, lw=0.8, ls="--", zorder=2)
            axis.stairs(sign * spreads, edges, baseline=None, color=INK, lw=1.2, zorder=3)
    return figure


def spread_by_bin(predicted: np.ndarray, residuals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges `[K + 1]` of bins of as many predictions, and the root mean square of each's residuals,
    `[K]`.

    Bins begin at order statistics. There are ten, or fewer so that each holds FEWEST where no
    predictions are equal; one where all are.
    """
    starts, largest = quantile_starts(predicted, BINS, FEWEST), predicted.max()
    # A bin of the largest predictions alone, all equal, belongs to the one before.
    starts = starts[(starts < largest) | (np.arange(len(starts)) == 0)]
    own = np.searchsorted(starts, predicted, side="right") - 1
    spreads = np.sqrt(np.bincount(own, np.square(residuals)) / np.bincount(own))
    return np.append(starts, largest), spreads
