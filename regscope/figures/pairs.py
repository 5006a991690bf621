"""Two methods together: against the better one alone, and against the sum of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.figures.layout import HEADINGS, SEPARATOR, sheet
from regscope.figures.paths import measured_in
from regscope.figures.style import INK, display_name, legible
from regscope.results import told
from regscope.statistics import EQUAL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.sweeps.gather import SweepResults

CELL = (0.9, 0.66)
"""Inches of one pair, across and up."""
MARKS = {"better": "▲ ", "worse": "▼ ", EQUAL: "≈ "}
COLOURS = ("#DF9471", "#FFFFFF", "#6FB69B")
"""The colours of worse and better, pale enough for text."""


def draw(results: SweepResults) -> Figure:
    """Two triangles of pairs, in points of test accuracy, on one scale."""
    assert results.pairs is not None
    table = results.pairs
    names = list(dict.fromkeys([*table["first"], *table["second"]]))
    measure = measured_in(table.iloc[0])
    unit = "points" if measure.in_points else "hundredths"
    across = max(CELL[0] * (len(names) - 1), 3.2)
    figure = sheet(
        2 * across + 2.1,
        CELL[1] * (len(names) - 1) + HEADINGS + 0.95,
        title([told(pair) for pair in table.to_dict("records")]),
        SEPARATOR.join(
            (
                legible(results.title),
                f"{int(table['seeds'].min())} seeds",
                f"mean and 95 % t interval of the paired difference, {unit} of {measure.phrase}",
                "percent below the names: alone\n"
                "left: the better part is the one with the higher mean accuracy on validation",
                "▲ better, ▼ worse, ≈ no difference that matters: paired t tests, Holm-corrected"
                " over pairs\n"
                "right: both − first − second + none; the interval is of this pair by itself",
                "bold: it leaves out 0",
            )
        ),
    )
    left, right = figure.subplots(1, 2)
    bounds = 100 * table[["difference", "interaction"]].abs().to_numpy().max() or 1.0
    _triangle(left, table, names, bounds, ("difference", "low", "high"))
    _triangle(right, table, names, bounds, ("interaction", "interaction_low", "interaction_high"))
    left.set_title("Both, against the better part alone", loc="left", fontsize=9, pad=8)
    right.set_title("Both, against the sum of the parts", loc="left", fontsize=9, pad=8)
    return figure


def title(verdicts: list[str]) -> str:
    """The tally, such as `Two methods together: 1 of 10 pairs beat their better part`."""
    beat = "pair beats its" if len(verdicts) == 1 else "pairs beat their"
    better, worse = verdicts.count("better"), verdicts.count("worse")
    tally = f"Two methods together: {better} of {len(verdicts)} {beat} better part"
    return f"{tally}, {worse} worse" if worse else tally


def _triangle(
    axis: Axes, table: pd.DataFrame, names: list[str], reach: float, columns: tuple[str, ...]
) -> None:
    """Rows are the later method of a pair, columns the earlier one."""
    from matplotlib.colors import LinearSegmentedColormap

    size = len(names) - 1
    ground = np.full((size, size), np.nan)
    for _, pair in table.iterrows():
        row, column = names.index(pair["second"]) - 1, names.index(pair["first"])
        ground[row, column] = 100 * pair[columns[0]]
        _write(axis, (column, row), pair, columns)
    diverging = LinearSegmentedColormap.from_list("diverging", COLOURS)
    axis.imshow(ground, cmap=diverging, vmin=-reach, vmax=reach, aspect="auto")
    # White lines between the cells.
    for edge in np.arange(size - 1) + 0.5:
        axis.axhline(edge, color="white", lw=2)
        axis.axvline(edge, color="white", lw=2)
    alone = dict(zip(table["first"], table["first_alone"], strict=True))
    alone |= dict(zip(table["second"], table["second_alone"], strict=True))
    labels = [f"{display_name(name)}\n{alone[name]:.1%}".replace("%", " %") for name in names]
    axis.set_xticks(range(size), labels[:-1])
    axis.set_yticks(range(size), labels[1:])
    axis.tick_params(length=0, labelsize=8, labelcolor=INK)
    for spine in axis.spines.values():
        spine.set_visible(False)


def _write(axis: Axes, place: tuple[int, int], pair: Any, columns: tuple[str, ...]) -> None:
    """A pair's mean, its interval, and what it is held against."""
    mean, low, high = (100 * float(pair[column]) for column in columns)
    judged = columns[0] == "difference"
    mark = MARKS.get(told(pair), "") if judged else ""
    strong = told(pair) in ("better", "worse") if judged else not low <= 0 <= high
    against = f"vs. {display_name(pair['better_part'])}" if judged else ""
    across, up = place[0], place[1] - (0.2 if judged else 0.1)
    options: dict[str, Any] = {"ha": "center", "va": "center", "color": INK}
    weight = "bold" if strong else "normal"
    axis.text(across, up, mark + signed(mean), fontsize=10, fontweight=weight, **options)
    axis.text(across, up + 0.25, f"{signed(low)} to {signed(high)}", fontsize=6.8, **options)
    axis.text(across, up + 0.46, against, fontsize=6.8, **options)


def signed(points: float) -> str:
    return f"{points:+.2f}".replace("-", "−")
