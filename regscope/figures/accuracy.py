"""Test accuracy, or R²: every seed, the mean and its interval, and what the comparison says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from regscope.figures.layout import HEADINGS, sheet
from regscope.figures.style import GREY, INK, NEUTRAL, RIGHT, WRONG
from regscope.results import GUESS
from regscope.statistics import EQUAL, TOO_FEW, mean_interval
from regscope.statistics import VERDICTS as KINDS
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.figures.cells import CellData
    from regscope.figures.data import StudyData

GOLDEN_RATIO = 0.618033988749895
SPREAD = 0.2
LIFT = 0.08
VERDICTS = {"better": ("▲ ", RIGHT), "worse": ("▼ ", WRONG), EQUAL: ("≈ ", NEUTRAL)}


def draw(data: StudyData) -> Figure:
    """One row a cell, of accuracies in percent; a line stands at the mean of the baseline."""
    score = data.score
    verdicts, off = data.verdicts(score.name), data.results.lost
    figure = sheet(
        8.4,
        0.42 * len(data.cells) + HEADINGS + 0.45,
        tally(score.title, list(verdicts.values())),
        data.caption(
            "small dots: seeds",
            "large dot and bar: mean and its 95 % t interval",
            "line: mean of none\n"
            "verdict: paired t test to none, or two one-sided ones, Holm-corrected over cells, and"
            " the interval",
            *data.guess_note,
            *(["◂ off the axis: no seed is better than a guess"] if off else []),
        ),
    )
    axis = figure.subplots()
    beside = axis.get_yaxis_transform()
    for row, cell in enumerate(data.cells):
        shown = score.scale * data.per_seed(cell.reg, score.name)
        interval = mean_interval(shown)
        if cell.reg == BASELINE:
            axis.axvline(interval.mean, color=cell.colour, lw=0.9, ls=(0, (4, 3)), zorder=1)
        mean = f"{interval.mean:.{score.decimals}f}{' %' * score.is_share}"
        _verdict(axis, row, cell, mean, verdicts)
        if cell.reg in off:
            axis.text(0, row, "◂", transform=beside, va="center", color=cell.colour)
            continue
        heights = [row + 0.14 + SPREAD * (seed * GOLDEN_RATIO % 1) for seed in range(len(shown))]
        axis.scatter(shown, heights, s=13, color=cell.colour, alpha=0.45, lw=0, zorder=2)
        axis.plot(
            [interval.low, interval.high], [row - LIFT] * 2, color=cell.colour, lw=2.2, zorder=3
        )
        axis.plot(
            interval.mean, row - LIFT, "o", ms=7, mfc=cell.colour, mec="white", mew=1.1, zorder=4
        )
    axis.set_yticks(range(len(data.cells)), [cell.label for cell in data.cells], fontsize=9)
    axis.set_ylim(len(data.cells) - 0.45, -0.55)
    axis.tick_params(axis="y", length=0, labelcolor=INK)
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x")
    axis.set_xlabel(score.called())
    data.guess_line(axis, "x")
    return figure


def _verdict(axis: Axes, row: int, cell: CellData, mean: str, verdicts: Mapping[str, str]) -> None:
    """The mean and what the comparison says, right of the axis."""
    beside = axis.get_yaxis_transform()
    axis.text(1.1, row, mean, transform=beside, ha="right", va="center", fontweight="bold")
    verdict = verdicts.get(cell.reg, "baseline" if cell.reg == BASELINE else "")
    mark, colour = VERDICTS.get(verdict, ("", GREY))
    axis.text(1.125, row, mark + verdict, transform=beside, va="center", color=colour)


def tally(measure: str, verdicts: list[str]) -> str:
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
    return f"{measure} against none: {', '.join(counts)}"
