"""Losses, accuracies and generalization gaps epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures import differences
from regscope.figures.guess import guess_line, guess_note
from regscope.figures.layout import HEADINGS, sheet
from regscope.figures.lines import line
from regscope.figures.series import average, difference, mean_and_reach
from regscope.figures.style import GREY
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

POINTS = 60
"""Longer histories are averaged over neighbouring epochs, down to about so many points."""

LOSSES: dict[str, tuple[str, ...]] = {
    "Training loss": ("train_loss",),
    "Test loss": ("holdout_loss",),
    "Loss gap (test − training)": ("holdout_loss", "train_loss"),
}
ACCURACIES: dict[str, tuple[str, ...]] = {
    "Training accuracy, %": ("train_accuracy",),
    "Test accuracy, %": ("holdout_accuracy",),
    "Accuracy gap (training − test), points": ("train_accuracy", "holdout_accuracy"),
}
EXPLAINED: dict[str, tuple[str, ...]] = {
    "Training R²": ("train_r2",),
    "Test R²": ("holdout_r2",),
    "R² gap (training − test)": ("train_r2", "holdout_r2"),
}
"""A column of the history, or two of which the second is taken off the first."""
COLUMNS = 3
PANEL = 3.4, 2.55
"""Inches."""
LEFT_OUT = 10
"""Accuracy panels begin where the lowest curve is after one of so many parts of the epochs."""


def draw(data: StudyData) -> Figure:
    """Losses on logarithmic axes above, accuracies (or R²) below, each with its gap; then, of every
    cell by itself, what its test score is above none's.

    Mean and interval over seeds.
    """
    from matplotlib.ticker import MaxNLocator

    window = math.ceil(data.cells[0].history["epoch"].shape[1] / POINTS)
    epochs = average(data.cells[0].history["epoch"], window)[0]
    smoothed = f", averages of {window} epochs" if window > 1 else ""
    score = data.score
    shown_panels = LOSSES | (ACCURACIES if score.is_share else EXPLAINED)
    above, below = PANEL[1] * len(shown_panels) / COLUMNS, differences.height(data.cells)
    figure = sheet(
        PANEL[0] * COLUMNS,
        above + below + HEADINGS,
        "Learning curves",
        data.caption(
            f"line: mean over seeds{smoothed}",
            "band: 95 % t interval of the mean, point by point\n"
            "training: without the penalty, as the epoch goes (dropout and augmentation on)",
            "test: after the epoch",
            *([differences.NOTE] if below else []),
            *guess_note(score, data.results.guessed(score.name), data.results.guessed("test_loss")),
        ),
    )
    heights = [above, below] if below else [above]
    parts = figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    axes = list(parts[0].subplots(len(shown_panels) // COLUMNS, COLUMNS).flat)
    for axis, (title, columns) in zip(axes, shown_panels.items(), strict=True):
        of_loss = title in LOSSES
        scale = 1 if of_loss else score.scale
        bands = {}
        for order, cell in enumerate(data.cells):
            shown = difference([cell.history[column] for column in columns])
            mean, reach = mean_and_reach(scale * average(shown, window))
            bands[cell.reg] = mean, reach
            band = np.array([mean - reach, mean, mean + reach])
            line(axis, epochs, band, cell, order / len(data.cells))
        axis.set_title(title, loc="left", fontsize=9)
        axis.grid(axis="y")
        axis.margins(x=0.02)
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
        if len(columns) == 2:
            axis.axhline(0, color="#9A9A9A", lw=0.7, zorder=0)
        elif of_loss:
            _logarithmic(axis, list(bands.values()))
        else:
            _zoomed(axis, bands, data.results.lost, float(score.scale))
        if columns == (f"holdout_{score.stem}",):
            data.guess_line(axis)
        elif columns == ("holdout_loss",):
            guess_line(axis, data.results.guessed("test_loss"))
    for axis in axes[COLUMNS:]:
        axis.set_xlabel("Epoch")
    handles, labels = axes[0].get_legend_handles_labels()
    # A dash needs some length to be told from another.
    length = 1.9 if all(cell.mark.plain for cell in data.cells) else 3.6
    parts[0].legend(
        handles, labels, loc="outside right center", handlelength=length, labelspacing=0.8
    )
    if below:
        found = differences.bands(data.cells, f"holdout_{score.stem}", window, score.scale)
        unit = ", points" if score.is_share else ""
        title = f"{score.title}, difference to {BASELINE}{unit}"
        differences.draw(parts[1], data.cells, epochs, found, title, data.results.lost)
    return figure


def _logarithmic(axis: Axes, bands: list[tuple[np.ndarray, np.ndarray]]) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    positive = np.concatenate([mean[mean > 0] for mean, _ in bands])
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter(NullFormatter())
    if not positive.size:
        return
    low, high = positive.min(), positive.max()
    axis.set_ylim(low / 1.25, high * 1.25)
    spread = high / low
    subs = (1, 2, 3, 5, 7) if spread < 8 else (1, 2, 5) if spread < 300 else (1,)
    axis.yaxis.set_major_locator(LogLocator(subs=subs))


def _zoomed(
    axis: Axes,
    bands: Mapping[str, tuple[np.ndarray, np.ndarray]],
    lost: Collection[str],
    most: float,
) -> None:
    """Up to `most`. Leave out what lies below: where every curve is in its first epochs, and `lost`
    ones stay."""
    learned = [
        (mean, np.nan_to_num(reach)) for reg, (mean, reach) in bands.items() if reg not in lost
    ]
    start = len(learned[0][0]) // LEFT_OUT
    low = min(float((mean - reach)[start:].min()) for mean, reach in learned)
    high = min(most, max(float((mean + reach)[start:].max()) for mean, reach in learned))
    margin = max(0.05 * (high - low), 0.0005 * most)
    axis.set_ylim(low - margin, high + margin)
    if min(float(mean.min()) for mean, _ in bands.values()) < low:
        axis.annotate(
            "axis cut below", (1, 0), (-4, 4), xycoords="axes fraction",
            textcoords="offset points", ha="right", fontsize=7, color=GREY,
        )  # fmt: skip
