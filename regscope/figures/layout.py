"""Sheets of panels with a title above and a caption below, both flush left."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

from regscope.figures.style import GREY, legible

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.figures.cells import CellData

COLUMNS = (4, 3, 5)
SEPARATOR = " · "
HEADINGS = 0.75
MARGIN = 0.085
NARROWEST = 6.4
TITLE_LETTER, LETTER = 0.092, 0.057
LINE = 0.18
"""How many panels may stand in a row, the best first. In inches: room for a title and two lines of
caption, the left margin, the least width of panels, the width of a letter, the height of a line."""


def sheet(width: float, height: float, title: str, caption: str) -> Figure:
    """An empty figure of so many inches, for panels that lay themselves out.

    Title and caption are broken where they would not fit; lines beyond those that HEADINGS has
    room for make the figure higher.
    """
    from regscope.figures.shown import Shown

    title = textwrap.fill(title, int(width / TITLE_LETTER))
    caption = wrapped(caption, int(width / LETTER))
    height += LINE * (title.count("\n") + max(caption.count("\n") - 1, 0))
    figure = Shown(figsize=(width, height), layout="constrained")
    left = MARGIN / width
    figure.suptitle(title, x=left, ha="left", fontsize=11, fontweight="bold")
    figure.supxlabel(caption, x=left, ha="left", fontsize=8, color=GREY, linespacing=1.4)
    return figure


def captioned(title: str, seeds: int, *notes: str) -> str:
    """The line below a figure: the study, how many seeds, and what else must be said."""
    told = "1 seed" if seeds == 1 else f"{seeds} seeds"
    alone = ("of which there is no interval",) if seeds == 1 else ()
    return SEPARATOR.join((legible(title), told, *alone, *notes))


def wrapped(caption: str, letters: int) -> str:
    """Lines of at most so many letters, broken between notes; its own line breaks stay."""
    lines = []
    for line in caption.split("\n"):
        first, *others = line.split(SEPARATOR)
        lines.append(first)
        for note in others:
            longer = lines[-1] + SEPARATOR + note
            if len(longer) <= letters:
                lines[-1] = longer
            else:
                lines.append(note)
    return "\n".join(lines)


def cut(name: str, longest: int) -> str:
    """A name of at most `longest` letters, one of them a sign that some are missing.

    What stands in parentheses at its end, as ids of classes of one name do, stays.
    """
    if len(name) <= longest:
        return name
    head, parenthesis, inside = name.rpartition(" (")
    kept = f" ({inside}" if parenthesis and name.endswith(")") and len(inside) < longest - 3 else ""
    return f"{(head if kept else name)[: longest - 1 - len(kept)].rstrip()}…{kept}"


def first_examples(used: int | None, tested: int) -> str:
    """Such as `the first 500 of every seed's 10,000 test examples`; empty where all are used.

    used: `evaluation.examples` of a study whose seeds are tested on `tested` examples each.
    """
    if used is None or used >= tested:
        return ""
    return f"the first {used:,} of every seed's {tested:,} test examples"


def panels(
    count: int,
    title: str,
    caption: str,
    size: tuple[float, float],
    columns: int | None = None,
    share: bool = False,
    labels: tuple[str, str] = ("", ""),
) -> tuple[Figure, list[Axes]]:
    """`count` panels of about `size` inches, row after row; with `share`, on the same axes.

    Without `columns`, as many stand in a row as leave fewest places empty. `labels` of x and y
    stand at the lowest panels and at the first of each row.
    """
    columns = min(columns or fitting(count), count)
    rows = math.ceil(count / columns)
    figure = sheet(max(size[0] * columns, NARROWEST), size[1] * rows + HEADINGS, title, caption)
    grid: np.ndarray = figure.subplots(rows, columns, squeeze=False, sharex=share, sharey=share)
    axes = list(grid.flat)
    for spare in axes[count:]:
        spare.set_visible(False)
    for axis in axes[:count:columns]:
        axis.set_ylabel(labels[1])
    # With the last row not full, the panels above the gap are the lowest of their columns.
    for axis in axes[max(count - columns, 0) : count]:
        axis.set_xlabel(labels[0])
        if share:
            axis.tick_params(labelbottom=True)
    return figure, axes[:count]


def fitting(count: int) -> int:
    """How many of `count` panels stand in a row: the one of COLUMNS with fewest places empty."""
    return min(COLUMNS, key=lambda columns: -count % columns)


def head(axis: Axes, cell: CellData, note: str = "") -> None:
    """Name the panel's cell: its colour, its name, and a second line in grey."""
    lift = 16 if note else 5
    above(axis, "■", (0, lift), color=cell.colour)
    above(axis, cell.label, (11, lift), fontsize=9, fontweight="bold")
    if note:
        above(axis, note, (0, 5), fontsize=7.5, color=GREY)


def above(axis: Axes, text: str, offset: tuple[float, float], **options: Any) -> None:
    """Text above the panel, `offset` points from its upper left corner."""
    axis.annotate(
        text, (0, 1), offset, xycoords="axes fraction", textcoords="offset points", **options
    )


def bare(axis: Axes) -> None:
    """No ticks and no spines, for pictures."""
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_visible(False)
