"""How the weights are distributed: all layers and seeds of each cell together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import head, panels
from regscope.figures.style import COLOURS
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from regscope.figures.cells import CellData
    from regscope.figures.data import StudyData

BINS = 101
"""Odd, so that zero is in the middle of a bin."""
TAIL = 99.9


def draw(data: StudyData) -> Figure:
    """One panel a cell on the same axes, with the baseline's outline in grey in each."""
    pooled = {cell.reg: pool(cell) for cell in data.cells}
    reach = max(float(np.percentile(np.abs(weights), TAIL)) for weights in pooled.values())
    edges = np.linspace(-reach, reach, BINS + 1)
    densities = {reg: density(weights, edges) for reg, weights in pooled.items()}
    floor = min(float(values[values > 0].min()) for values in densities.values())
    top = max(float(values.max()) for values in densities.values())
    near, zero = (
        {cell.reg: data.per_seed(cell.reg, share).mean() for cell in data.cells}
        for share in ("near_zero_fraction", "zero_fraction")
    )
    sparsest = max(data.cells, key=lambda cell: near[cell.reg])
    figure, axes = panels(
        len(data.cells),
        f"Distribution of the weights: most near zero with {sparsest.label}"
        f" ({percent(near[sparsest.reg])}; {percent(zero[sparsest.reg])} exactly zero)",
        data.caption(
            "all layers and seeds together",
            "logarithmic density, every panel on the same axes",
            "outline: none\nnear zero: share of weights below a tenth of their root mean square",
            "zero: share of weights that are exactly 0",
        ),
        size=(2.35, 1.95),
        share=True,
        labels=("Weight", "Density"),
    )
    for axis, cell in zip(axes, data.cells, strict=True):
        head(axis, cell, f"near zero {percent(near[cell.reg])}, zero {percent(zero[cell.reg])}")
        axis.stairs(densities[cell.reg], edges, fill=True, color=cell.colour, alpha=0.75, lw=0)
        if cell.reg != BASELINE:
            axis.stairs(densities[BASELINE], edges, baseline=None, color=COLOURS[BASELINE], lw=0.8)
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
