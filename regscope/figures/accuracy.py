"""Test accuracy, or R²: every seed, the mean and its interval, and what the comparison says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import HEADINGS, sheet
from regscope.figures.style import GREY, INK, NEUTRAL, RIGHT, WRONG
from regscope.results import GUESS
from regscope.statistics import EQUAL, TOO_FEW, mean_interval
from regscope.statistics import VERDICTS as KINDS
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData
    from regscope.measures.catalog import Measure

GOLDEN_RATIO = 0.618033988749895
SPREAD = 0.2
LIFT = 0.08
BESIDE_BASELINE = "baseline"
VERDICTS = {"better": ("▲ ", RIGHT), "worse": ("▼ ", WRONG), EQUAL: ("≈ ", NEUTRAL)}


@dataclass(frozen=True)
class Row:
    """A cell of the figure: its seeds `[S]` in the measure's unit, and what stands beside its mean.

    The verdict is marked by its kind; `detail` is a second line below it. One that is `off` has
    no dots on the axis.
    """

    label: str
    colour: str
    values: np.ndarray
    verdict: str
    detail: str = ""
    baseline: bool = False
    off: bool = False


def draw(data: StudyData) -> Figure:
    """One row a cell, of accuracies in percent; a line stands at the mean of the baseline."""
    score = data.score
    verdicts, off = data.verdicts(score.name), data.results.lost
    rows = [
        Row(
            cell.label,
            cell.colour,
            score.scale * data.per_seed(cell.reg, score.name),
            verdicts.get(cell.reg, BESIDE_BASELINE if cell.reg == BASELINE else ""),
            baseline=cell.reg == BASELINE,
            off=cell.reg in off,
        )
        for cell in data.cells
    ]
    caption = data.caption(
        *notes("none"),
        *data.guess_note,
        *(["◂ off the axis: no seed is better than a guess"] if off else []),
    )
    figure = compared(rows, score, tally(score.title, list(verdicts.values())), caption)
    data.guess_line(figure.axes[0], "x")
    return figure


def notes(against: str) -> tuple[str, ...]:
    """What a caption says of the figure; `against` is what the others are compared with."""
    return (
        "small dots: seeds",
        "large dot and bar: mean and its 95 % t interval",
        f"line: mean of {against}\n"
        f"verdict: paired t test to {against}, or two one-sided ones, Holm-corrected over cells,"
        " and the interval",
    )


def compared(rows: Sequence[Row], measure: Measure, title: str, caption: str) -> Figure:
    """Every row's seeds, the mean and its interval; a line stands at the baseline's mean."""
    figure = sheet(8.4, 0.42 * len(rows) + HEADINGS + 0.45, title, caption)
    axis = figure.subplots()
    beside = axis.get_yaxis_transform()
    for place, row in enumerate(rows):
        interval = mean_interval(row.values)
        if row.baseline:
            axis.axvline(interval.mean, color=row.colour, lw=0.9, ls=(0, (4, 3)), zorder=1)
        _beside(axis, place, row, f"{interval.mean:.{measure.decimals}f}{' %' * measure.is_share}")
        if row.off:
            axis.text(0, place, "◂", transform=beside, va="center", color=row.colour)
            continue
        heights = [
            place + 0.14 + SPREAD * (seed * GOLDEN_RATIO % 1) for seed in range(len(row.values))
        ]
        axis.scatter(row.values, heights, s=13, color=row.colour, alpha=0.45, lw=0, zorder=2)
        axis.plot(
            [interval.low, interval.high], [place - LIFT] * 2, color=row.colour, lw=2.2, zorder=3
        )
        axis.plot(
            interval.mean, place - LIFT, "o", ms=7, mfc=row.colour, mec="white", mew=1.1, zorder=4
        )
    axis.set_yticks(range(len(rows)), [row.label for row in rows], fontsize=9)
    axis.set_ylim(len(rows) - 0.45, -0.55)
    axis.tick_params(axis="y", length=0, labelcolor=INK)
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x")
    axis.set_xlabel(measure.called())
    return figure


def _beside(axis: Axes, place: int, row: Row, mean: str) -> None:
    """The mean and what the comparison says, right of the axis."""
    beside = axis.get_yaxis_transform()
    axis.text(1.1, place, mean, transform=beside, ha="right", va="center", fontweight="bold")
    mark, colour = VERDICTS.get(row.verdict, ("", GREY))
    told = mark + row.verdict + f"\n{row.detail}" * bool(row.detail)
    axis.text(1.125, place, told, transform=beside, va="center", color=colour)


def tally(measure: str, verdicts: list[str], against: str = BASELINE) -> str:
    """The tally, such as `Test accuracy against none: 1 better, 6 undecided`."""
    counts = [
        f"{verdicts.count(kind)} {'with ' * (kind == EQUAL)}{kind}"
        for kind in (*KINDS, GUESS)
        if kind in verdicts
    ]
    if not counts:
        return measure
    if set(verdicts) == {TOO_FEW}:
        return f"{measure}: too few seeds to compare"
    return f"{measure} against {against}: {', '.join(counts)}"
