"""Predicted against true values, of targets that are numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regscope.figures.layout import head, panels
from regscope.figures.style import GREY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData


def draw(data: StudyData) -> Figure:
    """One panel a cell, a dot a test example of each seed, and the line of no error."""
    score, quantity = data.score, data.dataset.quantity
    assert quantity is not None
    figure, axes = panels(
        len(data.cells),
        f"Predicted against true: {quantity.called}",
        data.caption(
            "dots: test examples of all seeds",
            "line: predicted as it is",
            f"under each name: {score.phrase}, mean over seeds",
        ),
        size=(2.6, 2.6),
        share=True,
        labels=("True", "Predicted"),
    )
    targets = data.dataset.targets
    ends = [targets.min(), targets.max()]
    for axis, cell in zip(axes, data.cells, strict=True):
        mean = data.per_seed(cell.reg, score.name).mean()
        head(axis, cell, f"{score.title} {mean:.{score.decimals}f}")
        axis.plot(ends, ends, color=GREY, lw=0.8, zorder=2)
        axis.scatter(
            targets[cell.arrays["test_indices"]].ravel(),
            cell.arrays["predictions"].ravel(),
            s=6, lw=0, alpha=0.3, color=cell.colour, zorder=1,
        )  # fmt: skip
    return figure
