"""metrics/published.png: published single runs beside every seed of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from regscope.figures.layout import SEPARATOR, sheet
from regscope.figures.marks import colours
from regscope.figures.style import GREY, INK, display_name, legible, render
from regscope.report.columns import values
from regscope.report.published_table import one_more
from regscope.statistics import mean_interval

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from regscope.report.published import Document
    from regscope.report.sections import Section
    from regscope.statistics import Interval

GOLDEN_RATIO = 0.618033988749895
SPREAD = 0.42


NOTES = (
    "diamond: published run",
    "small dots: our seeds",
    "large dot and bar: their mean and its 95 % interval",
    "band: where one new run of ours falls with 95 % probability",
)


def published_figure(sections: Mapping[str, Section]) -> bytes:
    """The picture as PNG: one panel a document, one row a regularizer.

    Without results to show it says so, since the pages that hold it are there all the same.
    """
    return render(_draw, sections)


def _draw(sections: Mapping[str, Section]) -> Figure:
    documents = [
        document
        for section in sections.values()
        for document in section.documents
        if document.of_accuracy
    ]
    if not documents:
        return sheet(6, 0.8, "No study with published figures has results yet", "")
    rows = max(len(document.runs) for document in documents)
    figure = sheet(
        4.9 * len(documents),
        0.42 * rows + 1.75,
        "A published accuracy is one run; seeds alone move it this far",
        SEPARATOR.join(NOTES),
    )
    panels = figure.subplots(1, len(documents), squeeze=False)[0]
    for axis, document in zip(panels, documents, strict=True):
        _panel(axis, document, sections[document.study])
    return figure


def _panel(axis: Axes, document: Document, section: Section) -> None:
    colour = colours([*section.regs, *document.runs])
    for row, (reg, run) in enumerate(document.runs.items()):
        if reg in section.results.cells:
            measured = 100 * values(section.results, reg, document.measure)
            expected = one_more(section.results, reg, document.measure).interval()
            _measured(axis, row, measured, expected, colour[reg])
        axis.plot(100 * run, row, "D", ms=7, mfc="none", mec=INK, mew=1.4, zorder=5)
    axis.set_yticks(
        range(len(document.runs)), [display_name(reg) for reg in document.runs], fontsize=9
    )
    axis.set_ylim(len(document.runs) - 0.45, -0.55)
    axis.use_sticky_edges = False
    axis.margins(x=0.04)
    axis.tick_params(axis="y", length=0, labelcolor=INK)
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x")
    axis.set_xlabel("Test accuracy, %")
    axis.set_title(
        f"{legible(section.study.title)}, {section.seeds} seeds",
        loc="left",
        fontsize=9,
        fontweight="bold",
        pad=17,
        color=INK,
    )
    axis.annotate(
        legible(document.title),
        (0, 1), (0, 6), xycoords="axes fraction", textcoords="offset points",
        fontsize=7.5, color=GREY,
    )  # fmt: skip


def _measured(axis: Axes, row: int, percent: np.ndarray, expected: Interval, colour: str) -> None:
    """`percent` of every seed, `expected` of one more as a fraction."""
    mean = mean_interval(percent)
    if len(percent) > 1:
        axis.barh(
            row, 100 * (expected.high - expected.low), left=100 * expected.low, height=0.62,
            color=colour, alpha=0.13, lw=0, zorder=1,
        )  # fmt: skip
    heights = [row + SPREAD * (seed * GOLDEN_RATIO % 1 - 0.5) for seed in range(len(percent))]
    axis.scatter(percent, heights, s=13, color=colour, alpha=0.45, lw=0, zorder=2)
    axis.plot([mean.low, mean.high], [row, row], color=colour, lw=2.2, zorder=3)
    axis.plot(mean.mean, row, "o", ms=7, mfc=colour, mec="white", mew=1.1, zorder=4)
