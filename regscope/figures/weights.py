"""How the weights are distributed: all layers and seeds of each cell together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import head, panels
from regscope.figures.marks import NEUTRAL
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from regscope.figures.cells import CellData
    from regscope.figures.data import StudyData

BINS = 101
"""Odd, so that zero is in the middle of a bin."""
TAIL = 99.9


def draw(data: StudyData) -> Figure:
    """One panel a cell on the same axes, with the baseline's outline in grey in each."""
    near, zero = (
        {cell.reg: float(data.per_seed(cell.reg, share).mean()) for cell in data.cells}
        for share in ("near_zero_fraction", "zero_fraction")
    )
    return distributions(data.cells, near, zero, data.caption(*notes(BASELINE)))


def notes(outline: str) -> tuple[str, ...]:
    """What a caption says of the figure; `outline` is whose outline is drawn in each panel.

    Empty where there is none.
    """
    drawn = f"outline: {outline}\n" if outline else ""
    return (
        "all layers and seeds together",
        "logarithmic density, every panel on the same axes",
        f"{drawn}near zero: share of weights below a tenth of their root mean square",
        "zero: share of weights that are exactly 0",
    )


def distributions(
    cells: Sequence[CellData],
    near: Mapping[str, float],
    zero: Mapping[str, float],
    caption: str,
    baseline: str = BASELINE,
) -> Figure:
    """One panel a cell, with the outline of the cell `baseline` in each other.

    `near` and `zero` are `{reg: share}` of weights near zero and exactly zero, means over seeds.
    """
    pooled = {cell.reg: pool(cell) for cell in cells}
    # Where nearly all weights are exactly 0 the percentile is, too, and an axis needs a width.
    reach = max(float(np.percentile(np.abs(weights), TAIL)) for weights in pooled.values()) or 1.0
    edges = np.linspace(-reach, reach, BINS + 1)
    densities = {reg: density(weights, edges) for reg, weights in pooled.items()}
    floor = min(float(values[values > 0].min()) for values in densities.values())
    top = max(float(values.max()) for values in densities.values())
    sparsest = max(cells, key=lambda cell: near[cell.reg])
    most = (
        f": most near zero with {sparsest.label} ({percent(near[sparsest.reg])};"
        f" {percent(zero[sparsest.reg])} exactly zero)"
    )
    figure, axes = panels(
        len(cells),
        "Distribution of the weights" + most * (len(cells) > 1),
        caption,
        size=(2.35, 1.95),
        share=True,
        labels=("Weight", "Density"),
    )
    for axis, cell in zip(axes, cells, strict=True):
        head(axis, cell, f"near zero {percent(near[cell.reg])}, zero {percent(zero[cell.reg])}")
        axis.stairs(densities[cell.reg], edges, fill=True, color=cell.colour, alpha=0.75, lw=0)
        if cell.reg != baseline:
            axis.stairs(densities[baseline], edges, baseline=None, color=NEUTRAL, lw=0.8)
        axis.grid(axis="y")
    # The axes are shared: what is set of one is set of all.
    axes[0].set_yscale("log")
    axes[0].set_ylim(floor / 1.5, top * 1.5)
    axes[0].set_xlim(-reach, reach)
    axes[0].minorticks_off()
    # Plain numbers: powers are typeset, which takes long.
    axes[0].yaxis.set_major_formatter("{x:g}")
    return figure


def percent(fraction: float) -> str:
    return f"{100 * fraction:.1f} %"


def pool(cell: CellData) -> np.ndarray:
    """All weights of all layers and seeds, in one axis."""
    return np.concatenate([weights.ravel() for weights in cell.weights.values()])


def density(weights: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Counts over the number of all weights and the width of a bin; those outside count too."""
    counts, _ = np.histogram(weights, edges)
    result: np.ndarray = counts / (len(weights) * np.diff(edges))
    return result
