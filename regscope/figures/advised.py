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


def choices_figure(choices: Choices) -> bytes:
    """As PNG."""
    return render(_draw, choices)


def _draw(choices: Choices) -> Figure:
    rows = len(choices.shown)
    notes = ["dot and bar: mean difference over fresh seeds and its 95 % interval"]
    if choices.matters is not None:
        notes.append("band: differences that do not matter")
    figure = sheet(
        7.2, ROW * rows + 1.5, f"{choices.title}: what regularizers buy", SEPARATOR.join(notes)
    )
    axis = figure.subplots()
    found = choices.scale * np.array([one.interval for one in choices.shown]).reshape(rows, 3)
    if choices.matters is not None:
        reach = choices.scale * choices.matters
        axis.axvspan(-reach, reach, color=FAINT, alpha=0.55, lw=0, zorder=0)
    axis.axvline(0, color=GREY, lw=0.9, zorder=1)
    dots(axis, found, [VERDICT_COLOURS.get(one.verdict, NEUTRAL) for one in choices.shown])
    axis.set_yticks(range(rows), [one.name for one in choices.shown])
    axis.set_ylim(rows - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x")
    axis.set_xlabel(f"{choices.measure}: difference to no regularizer at its best")
    return figure
