"""Every method at its best against none at its best, with what does not matter as a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.dots import ROW, dots
from regscope.figures.layout import SEPARATOR, sheet
from regscope.figures.style import FAINT, GREY, NEUTRAL, RIGHT, WRONG, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

VERDICT_COLOURS = {"better": RIGHT, "worse": WRONG}


@dataclass(frozen=True)
class Shown:
    """A method's `name`, its difference to none (low, mean, high), and the verdict."""

    name: str
    interval: tuple[float, float, float]
    verdict: str


@dataclass(frozen=True)
class Choices:
    """`shown` from the best down; `matters` is half the width of the band, None for none; `unit` of
    differences, which stand to be multiplied by `scale`."""

    title: str
    shown: Sequence[Shown]
    matters: float | None
    measure: str
    scale: float


FENCE = 6.0
"""Quartile distances from the middle half, beyond which a mean would leave no room for others."""


def beyond(means: np.ndarray, least: float = 0.0) -> np.ndarray:
    """Which means `[R]` lie so far from the others that they are named at the edge instead: farther
    than FENCE quartile distances, or than FENCE times `least`, from the middle half."""
    if len(means) == 0:
        return np.zeros(0, dtype=bool)
    low, high = np.quantile(means, [0.25, 0.75])
    reach = FENCE * max(high - low, least)
    found: np.ndarray = (means < low - reach) | (means > high + reach)
    near = [0.0, *means[~found]]
    # The axis reaches to no regularizer, at 0.
    away: np.ndarray = found & ((means < min(near)) | (means > max(near)))
    return away


def choices_figure(choices: Choices) -> bytes:
    """As PNG."""
    return render(_draw, choices)


def _draw(choices: Choices) -> Figure:
    rows = len(choices.shown)
    notes = ["dot and bar: mean difference over fresh seeds and its 95 % interval"]
    if choices.matters is not None:
        notes.append("band: differences that do not matter")
    found = choices.scale * np.array([one.interval for one in choices.shown]).reshape(rows, 3)
    away = beyond(found[:, 1], choices.scale * (choices.matters or 0.0))
    if away.any():
        notes.append("at the edge: what lies beyond")
    figure = sheet(
        7.2, ROW * rows + 1.5, f"{choices.title}: what regularizers buy", SEPARATOR.join(notes)
    )
    axis = figure.subplots()
    if choices.matters is not None:
        reach = choices.scale * choices.matters
        axis.axvspan(-reach, reach, color=FAINT, alpha=0.55, lw=0, zorder=0)
    axis.axvline(0, color=GREY, lw=0.9, zorder=1)
    colours = [VERDICT_COLOURS.get(one.verdict, NEUTRAL) for one in choices.shown]
    near = np.where(away[:, None], np.nan, found)
    dots(axis, near, colours)
    for row in np.flatnonzero(away).tolist():
        mean = found[row, 1]
        _point_to(axis, row, mean, mean > np.median(found[~away, 1]), colours[row])
    axis.set_yticks(range(rows), [one.name for one in choices.shown])
    axis.set_ylim(rows - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x")
    axis.set_xlabel(f"{choices.measure}: difference to no regularizer at its best")
    return figure


def _point_to(axis: Axes, row: int, mean: float, right: bool, colour: str) -> None:
    """Say at the right or the left edge of the panel that a mean lies beyond it, and where."""
    axis.annotate(
        f"{mean:+.3g} ▸" if right else f"◂ {mean:+.3g}".replace("-", "−"),
        (1.0 if right else 0.0, row),
        xycoords=("axes fraction", "data"),
        xytext=(-4 if right else 4, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="center",
        fontsize=8,
        color=colour,
    )
