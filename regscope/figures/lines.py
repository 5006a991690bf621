"""One cell's line with its band, as every figure of lines draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regscope.figures.cells import CellData


MARKED = 4
"""How many markers a line has, about."""


def line(
    axis: Axes, places: np.ndarray, band: np.ndarray, cell: CellData, rank: float, fill: bool = True
) -> None:
    """Draw low, mean and high `[3, n]` of a cell, `fill` between them; the baseline is dashed.

    `rank`, from 0 to 1, makes later lines thinner, so that equal ones show through, and lets them
    have their markers, where the colour alone does not tell them, at other places.
    """
    low, mean, high = band
    if fill:
        axis.fill_between(places, low, high, color=cell.colour, alpha=0.1, lw=0, zorder=2)
    dashed: dict[str, Any] = {"ls": (0, (4, 2)), "lw": 1.3, "zorder": 4}
    style: dict[str, Any] = (
        dashed if cell.reg == BASELINE else {"lw": 2.3 - 1.2 * rank, "zorder": 3}
    )
    if not cell.mark.plain:
        step = max(1, round(len(places) / MARKED))
        style |= {"ls": cell.mark.dash, "marker": cell.mark.marker, "ms": 4.2, "mew": 0.6}
        style |= {"mec": "white", "markevery": (int(rank * step), step)}
    elif len(places) == 1:
        style["marker"] = "."
    axis.plot(places, mean, color=cell.colour, label=cell.label, **style)
