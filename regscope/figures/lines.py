"""One cell's line with its band, as every figure of lines draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regscope.figures.cells import CellData


def line(
    axis: Axes, places: np.ndarray, band: np.ndarray, cell: CellData, rank: float, fill: bool = True
) -> None:
    """Draw low, mean and high `[3, n]` of a cell, `fill` between them; the baseline is dashed.

    `rank`, from 0 to 1, makes later lines thinner, so that equal ones show through.
    """
    low, mean, high = band
    if fill:
        axis.fill_between(places, low, high, color=cell.colour, alpha=0.1, lw=0, zorder=2)
    dashed: dict[str, Any] = {"ls": (0, (4, 2)), "lw": 1.3, "zorder": 4}
    style: dict[str, Any] = (
        dashed if cell.reg == BASELINE else {"lw": 2.3 - 1.2 * rank, "zorder": 3}
    )
    style |= {"marker": "."} if len(places) == 1 else {}
    axis.plot(places, mean, color=cell.colour, label=cell.label, **style)
