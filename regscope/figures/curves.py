"""Losses and accuracies epoch by epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import panels
from regscope.figures.lines import line
from regscope.figures.style import GREY
from regscope.statistics import LEVEL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

POINTS = 60
"""Longer histories are averaged over neighbouring epochs, down to about so many points."""

PANELS = {
    "Training loss": "train_loss",
    "Test loss": "holdout_loss",
    "Training accuracy, %": "train_accuracy",
    "Test accuracy, %": "holdout_accuracy",
}
LEFT_OUT = 10
"""Accuracy panels begin where the lowest curve is after one of so many parts of the epochs."""


def draw(data: StudyData) -> Figure:
    """Two panels of losses on logarithmic axes, two of accuracies: mean and interval over seeds."""
    from matplotlib.ticker import MaxNLocator

    window = math.ceil(data.cells[0].history["epoch"].shape[1] / POINTS)
    epochs = average(data.cells[0].history["epoch"], window)[0]
    smoothed = f", averages of {window} epochs" if window > 1 else ""
    figure, axes = panels(
        4,
        "Learning curves",
        data.caption(
            f"line: mean over seeds{smoothed}",
            "band: 95 % t interval of the mean, point by point\n"
            "training: without the penalty, as the epoch goes (dropout and augmentation on)",
            "test: after the epoch",
        ),
        size=(4.5, 2.55),
        columns=2,
    )
    for axis, (title, column) in zip(axes, PANELS.items(), strict=True):
        scale = 100 if column.endswith("accuracy") else 1
        bands = []
        for order, cell in enumerate(data.cells):
            mean, reach = mean_and_reach(scale * average(cell.history[column], window))
            bands.append((mean, reach))
            band = np.array([mean - reach, mean, mean + reach])
            line(axis, epochs, band, cell, order / len(data.cells))
        axis.set_title(title, loc="left", fontsize=9)
        axis.grid(axis="y")
        axis.margins(x=0.02)
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
        if scale == 1:
            _logarithmic(axis, bands)
        else:
            _zoomed(axis, bands)
    for axis in axes[2:]:
        axis.set_xlabel("Epoch")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center", handlelength=1.9, labelspacing=0.8)
    return figure


def average(values: np.ndarray, window: int) -> np.ndarray:
    """Means of `[S, epochs]` over blocks of `window` epochs; a shorter block comes first."""
    starts = np.arange(values.shape[1] % window or window, values.shape[1], window)
    return np.stack([block.mean(1) for block in np.split(values, starts, axis=1)], axis=1)


def mean_and_reach(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of `[S, epochs]`: the mean and half the width of its t interval, each `[epochs]`.

    The same interval as `statistics.mean_interval`, of every epoch at once.
    """
    from scipy.stats import t

    count = len(values)
    mean = values.mean(0)
    if count < 2:
        return mean, np.zeros_like(mean)
    quantile = t.ppf((1 + LEVEL) / 2, count - 1)
    return mean, quantile * values.std(0, ddof=1) / np.sqrt(count)


def _logarithmic(axis: Axes, bands: list[tuple[np.ndarray, np.ndarray]]) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    positive = np.concatenate([mean[mean > 0] for mean, _ in bands])
    axis.set_yscale("log")
    if not positive.size:
        return
    low, high = positive.min(), positive.max()
    axis.set_ylim(low / 1.25, high * 1.25)
    spread = high / low
    subs = (1, 2, 3, 5, 7) if spread < 8 else (1, 2, 5) if spread < 300 else (1,)
    axis.yaxis.set_major_locator(LogLocator(subs=subs))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter(NullFormatter())


def _zoomed(axis: Axes, bands: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Leave out what lies below, which every curve passes in its first epochs."""
    start = len(bands[0][0]) // LEFT_OUT
    low = min(float((mean - reach)[start:].min()) for mean, reach in bands)
    high = min(100.0, max(float((mean + reach)[start:].max()) for mean, reach in bands))
    margin = max(0.05 * (high - low), 0.05)
    axis.set_ylim(low - margin, high + margin)
    if min(float(mean.min()) for mean, _ in bands) < low:
        axis.annotate(
            "axis cut below", (1, 0), (-4, 4), xycoords="axes fraction",
            textcoords="offset points", ha="right", fontsize=7, color=GREY,
        )  # fmt: skip
