"""Test pictures with what the baseline takes them for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regscope.figures.layout import HEADINGS, bare, cut, sheet
from regscope.figures.style import FAINT, GREY, RIGHT, WRONG
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.figures.data import StudyData

COLUMNS = 5
ROWS = 3
SHOWN = ROWS * COLUMNS
SHORT = 3
"""Letters of names that stand two in a line."""
WIDE = 12
"""Letters up to which names keep their size."""
LONGEST = 18
"""Letters that fit above a picture then."""


def draw(data: StudyData) -> Figure:
    """The first test pictures of seed 0, and beside them the next that are wrong."""
    arrays = next(cell.arrays for cell in data.cells if cell.reg == BASELINE)
    indices, predicted = arrays["test_indices"][0], arrays["predictions"][0]
    wrong = np.flatnonzero(predicted != data.dataset.targets[indices])
    figure = sheet(
        10,
        ROWS * (1.02 if _short(data) else 1.17) + HEADINGS + 0.2,
        "What the network without regularization sees",
        data.caption(
            f"seed 0 of none: {len(wrong)} of {len(indices)} test pictures wrong",
            "above each picture: predicted / actual class",
        ),
    )
    # One grid with an empty column between the blocks, so that their rows are level.
    grid = figure.subplots(
        ROWS, 2 * COLUMNS + 1, width_ratios=[*[1] * COLUMNS, 0.3, *[1] * COLUMNS]
    )
    for axis in grid.flat:
        axis.set_axis_off()
    left, right = grid[:, :COLUMNS].ravel(), grid[:, COLUMNS + 1 :].ravel()
    first = np.arange(min(SHOWN, len(indices)))
    mistakes = wrong[wrong >= len(first)][:SHOWN]
    # A left title is placed without widening its column; empty lines lift it above the names.
    under = "\n" if _short(data) else "\n\n"
    for block, title, chosen in (
        (left, f"The first {len(first)} test pictures", first),
        (right, f"The next {len(mistakes)} that are wrong" if len(mistakes) else "", mistakes),
    ):
        block[0].set_title(
            title + under, loc="left", fontsize=9, color=GREY, pad=3, linespacing=1.8, y=1
        )
        for axis, example in zip(block, chosen, strict=False):
            _picture(axis, data, int(indices[example]), int(predicted[example]))
    return figure


def _picture(axis: Axes, data: StudyData, index: int, predicted: int) -> None:
    names, actual = data.classes, int(data.dataset.targets[index])
    picture = data.dataset.inputs[index].transpose(1, 2, 0) * data.dataset.scale
    axis.set_axis_on()
    axis.imshow(
        np.clip(picture.squeeze(), 0, 1), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest"
    )
    right = predicted == actual
    between = " / " if _short(data) else "\n/ "
    written = between.join(cut(names[label], LONGEST) for label in (predicted, actual))
    axis.set_title(
        f"{written} {'✓' if right else '✗'}",
        fontsize=_letters(names),
        color=RIGHT if right else WRONG,
        pad=3,
        y=1,
    )
    bare(axis)
    axis.patch.set_edgecolor(FAINT)
    axis.patch.set_linewidth(1)


def _letters(names: tuple[str, ...]) -> float:
    longest = max(map(len, names))
    if longest <= SHORT:
        return 9
    return 7 if longest <= WIDE else 5.8


def _short(data: StudyData) -> bool:
    """Whether both names fit into one line above a picture."""
    return max(map(len, data.classes)) <= SHORT
