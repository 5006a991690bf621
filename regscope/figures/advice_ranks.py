"""Mean ranks of methods over data sets, with what cannot be told apart (Demšar 2006)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.dots import ROW, dots
from regscope.figures.layout import SEPARATOR, sheet
from regscope.figures.style import GREY, INK, NEUTRAL, render

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Ranks:
    """`ranked`: names with their mean ranks, the best first; `baseline` is one of them. Two whose
    ranks differ by less than `critical` cannot be told apart."""

    studies: int
    ranked: Sequence[tuple[str, float]]
    baseline: str
    critical: float


def ranks_figure(ranks: Ranks) -> bytes:
    """As PNG."""
    return render(_draw, ranks)


def _draw(ranks: Ranks) -> Figure:
    rows = len(ranks.ranked)
    figure = sheet(
        7.2,
        ROW * rows + 1.5,
        f"Mean ranks over {ranks.studies} data sets",
        SEPARATOR.join(
            (
                "dot: mean rank on test, 1 is the best",
                "bars: half the critical difference to either side, as far as there are ranks",
                "methods whose bars overlap cannot be told apart",
            )
        ),
    )
    axis = figure.subplots()
    means = np.array([rank for _, rank in ranks.ranked])
    half = ranks.critical / 2
    found = np.stack([means - half, means, means + half], axis=1).clip(1, rows)
    names = [name for name, _ in ranks.ranked]
    colours = [INK if name == ranks.baseline else NEUTRAL for name in names]
    if ranks.baseline in names:
        axis.axvline(means[names.index(ranks.baseline)], color=GREY, lw=0.9, zorder=1)
    dots(axis, found, colours)
    axis.set_yticks(range(rows), names)
    axis.set_ylim(rows - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x")
    axis.set_xlabel(f"Mean rank among {rows}")
    return figure
