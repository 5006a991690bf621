"""Strength paths: what each method does from no strength to far too much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.figures.guess import guess_line, guess_note
from regscope.figures.layout import HEADINGS, SEPARATOR, above, sheet
from regscope.figures.marks import NEUTRAL, colours
from regscope.figures.series import mean_and_reach
from regscope.figures.style import FAINT, GREY, INK, display_name, legible
from regscope.measures.catalog import ACCURACY, Measure, named
from regscope.results import worded
from regscope.results.guessed import YES
from regscope.statistics import LEFT_OUT
from regscope.sweeps.tuned import by_strength

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.sweeps.gather import SweepResults

WIDTH, ROW = 9.4, 1.5
"""Inches."""
LINEAR_UP_TO = 20
"""Strengths whose largest is at most so many times the smallest stand on a linear axis."""
SHOWN = 6.0
"""Accuracy panels begin at most so many points below the best mean."""


@dataclass(frozen=True)
class Panel:
    """One column: a measure with its band, a second one as a dashed line, and what they are."""

    title: str
    note: str
    measure: str
    dashed: str = ""
    scale: float = 100.0


PANELS = (
    Panel("Accuracy, %", "test, dashed: validation", ACCURACY, "validation_accuracy"),
    Panel("Generalization gap", "training minus test, points", "generalization_gap"),
    Panel("Near-zero weights, %", "dashed: exactly zero", "near_zero_fraction", "zero_fraction"),
    Panel("Norm of all weights", "L2 norm", "weight_l2_norm", scale=1.0),
    Panel("Calibration error, %", "expected, on test", "expected_calibration_error"),
)


def draw(results: SweepResults) -> Figure:
    """A row a family, a column a measure; every column has one scale for all families."""
    families = list(results.tuned["family"])
    seeds = int(results.tuned["seeds"].min())
    lowest = _lowest_shown(results.paths)
    cut = [] if lowest is None else ["accuracies: axis cut below"]
    figure = sheet(
        WIDTH,
        ROW * len(families) + HEADINGS + 0.45,
        "What each method does as its strength grows",
        SEPARATOR.join(
            (
                legible(results.title),
                f"{seeds} seeds",
                "line: mean over seeds",
                "band: 95 % t interval of the mean",
                "grey: strength 0",
                *cut,
            )
        )
        + "\n"
        + SEPARATOR.join(
            (
                "full vertical line: the strength chosen on validation",
                "shaded: what validation cannot tell from it",
                "dotted: the study's own strength\n"
                "points of test accuracy: chosen strength against 0, with the 95 % t interval of"
                " the paired difference; verdict Holm-corrected over methods",
                *guess_note(named(ACCURACY), _guess(results)),
            )
        ),
    )
    grid = figure.subplots(len(families), len(PANELS), squeeze=False, sharey="col")
    for row, family in enumerate(families):
        table = results.paths[results.paths["family"] == family]
        chosen = results.tuned.iloc[row]
        published = results.published.get(family)
        for axis, panel in zip(grid[row], PANELS, strict=True):
            _measure(axis, panel, table, colours([family])[family])
            _strengths(axis, sorted(table["strength"].unique()), chosen, published)
        _head(grid[row, 0], family, chosen, published)
    for axis, panel in zip(grid[0], PANELS, strict=True):
        above(axis, panel.title, (0, 36), fontsize=9)
        above(axis, panel.note, (0, 24), fontsize=7, color=GREY)
    for axis in grid[-1]:
        axis.set_xlabel("Strength")
    if lowest is not None:
        grid[0, 0].set_ylim(lowest, lowest + 1.12 * SHOWN)
    for axis, panel in zip(grid[0], PANELS, strict=True):
        if panel.measure == "near_zero_fraction":
            axis.set_ylim(-4, 104)
    guess = _guess(results)
    for axis in grid[:, 0]:
        guess_line(axis, None if guess is None else 100 * guess)
    return figure


def _guess(results: SweepResults) -> float | None:
    """The constant guess's test accuracy, mean over seeds, where it is known."""
    return None if results.guess is None else float(results.guess[ACCURACY].mean())


def _measure(axis: Axes, panel: Panel, table: pd.DataFrame, colour: str) -> None:
    values = by_strength(table, panel.measure)
    baseline = values.pop(0.0) * panel.scale
    center, reach = mean_and_reach(baseline[:, None])
    axis.axhspan(center[0] - reach[0], center[0] + reach[0], color=FAINT, alpha=0.55, lw=0)
    axis.axhline(center[0], color=NEUTRAL, lw=0.8, zorder=1.5)
    strengths = list(values)
    mean, reach = mean_and_reach(panel.scale * np.stack(list(values.values()), axis=1))
    axis.fill_between(strengths, mean - reach, mean + reach, color=colour, alpha=0.18, lw=0)
    axis.plot(strengths, mean, color=colour, marker="o", ms=2.2, lw=1.4, zorder=4)
    if panel.dashed:
        second = by_strength(table, panel.dashed)
        means = [panel.scale * second[strength].mean() for strength in strengths]
        axis.plot(strengths, means, color=colour, lw=1.0, ls=(0, (3, 1.6)), zorder=3)
    axis.grid(axis="y")
    axis.tick_params(labelsize=7)


def _strengths(axis: Axes, strengths: list[float], chosen: Any, published: float | None) -> None:
    """The axis of strengths (0 first among them), the choice with its range, the study's own."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    low, high = strengths[1], strengths[-1]
    if high <= LINEAR_UP_TO * low:
        left, right = 0.0, high + 0.03 * high
        axis.xaxis.set_major_locator(MaxNLocator(4))
    else:
        margin = (high / low) ** 0.05
        left, right = low / margin, high * margin
        axis.set_xscale("log")
        ticks = LogLocator(numticks=5).tick_values(left, right)
        # Powers are the only text that is typeset: see `style.TYPE`.
        axis.set_xticks(ticks, [power_of_ten(tick) for tick in ticks], parse_math=True)
        axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set_xlim(left, right)
    start, end = (max(float(chosen[key]), left) for key in ("low_strength", "high_strength"))
    axis.axvspan(start, end, color="#F3E9C9", alpha=0.7, lw=0, zorder=0)
    # Strength 0 is the axis of strengths itself where these are on a logarithmic scale.
    axis.axvline(max(float(chosen["strength"]), left), color=INK, lw=0.9, zorder=2)
    if published is not None and left <= published <= right:
        axis.axvline(published, color=INK, lw=0.9, ls=(0, (1, 1.6)), zorder=2)


def power_of_ten(tick: float) -> str:
    """As matplotlib typesets it."""
    return rf"$\mathdefault{{10^{{{round(math.log10(tick))}}}}}$"


def _head(axis: Axes, family: str, chosen: Any, published: float | None) -> None:
    """Name the row, and say in a line what was chosen and what it gives."""
    above(axis, "■", (0, 7), color=colours([family])[family])
    # Wider than their panel: out of the layout, which would widen the column for them.
    name = axis.annotate(
        display_name(family), (0, 1), (11, 7), xycoords="axes fraction",
        textcoords="offset points", fontsize=9, fontweight="bold", in_layout=False,
    )  # fmt: skip
    end = chosen["grid_end"]
    notes = [
        f"chosen {number(chosen['strength'])}{f', the {end} tried' if end else ''}"
        f" (from {number(chosen['low_strength'])} to {number(chosen['high_strength'])})",
        *([f"study {number(published)}"] if published is not None else []),
        *_against_zero(chosen),
        *(["no strength beats the constant guess"] if chosen.get("constant_guess") == YES else []),
    ]
    axis.annotate(
        SEPARATOR.join(notes), (1, 0), (9, 0.5), xycoords=name, textcoords="offset points",
        fontsize=7.5, color=GREY, in_layout=False,
    )  # fmt: skip


def _against_zero(chosen: Any) -> list[str]:
    if chosen["verdict"] == LEFT_OUT:
        return ["validation is best without it: left out, nothing tested"]
    measure = measured_in(chosen)
    sizes = [
        f"{measure.scale * float(chosen[key]):+.{measure.decimals}f}".replace("-", "−")
        for key in ("difference", "low", "high")
    ]
    what = "test" if measure.name == ACCURACY else measure.phrase
    unit = " points" if measure.in_points else ""
    return [
        f"{what} {sizes[0]}{unit} [{sizes[1]}, {sizes[2]}]",
        worded(dict(chosen), "strength 0"),
    ]


def measured_in(row: Any) -> Measure:
    """What a row of tuned.csv or pairs.csv is about."""
    measure = row.get("measure")
    return named(measure if isinstance(measure, str) else ACCURACY)


def number(value: float) -> str:
    """A strength as people write it: `0.0003`, `1e-05` as `1e-5`."""
    return f"{float(value):g}".replace("e-0", "e-")


def _lowest_shown(table: pd.DataFrame) -> float | None:
    """Where the accuracy panels begin, in percent; None where all strengths can be shown."""
    grouped = table.groupby(["family", "strength"])
    means = 100 * grouped[[ACCURACY, "validation_accuracy"]].mean().to_numpy()
    lowest = float(means.max()) - SHOWN
    return lowest if means.min() < lowest else None
