"""Published single runs beside what many seeds give."""

from __future__ import annotations

from regscope.report.columns import name_cell, values
from regscope.report.formats import DASH, percent, percent_range
from regscope.report.published import Document
from regscope.report.render import Cell, Table
from regscope.results import StudyResults
from regscope.statistics import Interval, mean_interval, prediction_interval


def published_table(results: StudyResults, document: Document) -> Table:
    """What single runs gave, beside our seeds and where one new run of ours would fall."""

    def row(reg: str) -> list[Cell]:
        run = document.runs[reg]
        if reg not in results.cells:
            return [Cell(percent(run)), *[Cell(DASH)] * 3, Cell("not run")]
        measured = values(results, reg, document.measure)
        if len(measured) < 2:
            return [Cell(percent(run)), Cell(percent(measured.mean())), *[Cell(DASH)] * 3]
        expected = prediction_interval(measured)
        return [
            Cell(percent(run)),
            Cell(f"{percent(measured.mean())} ± {percent(measured.std(ddof=1))}"),
            Cell(percent_range(mean_interval(measured))),
            Cell(_expected_range(expected, run)),
            Cell(position(run, expected)),
        ]

    headings = (
        "Regularizer",
        "Published, one run, %",
        "Measured, mean ± SD, %",
        "95 % interval of the mean",
        "95 % interval of one new run",
        "Published run lies",
    )
    return Table(
        f"{document.title}, {document.section}",
        headings,
        tuple((name_cell(reg), *row(reg)) for reg in document.runs),
        frozenset({0, 5}),
    )


def position(run: float, expected: Interval) -> str:
    """Where a single run lies: `inside`, `below` or `above` the interval."""
    if run < expected.low:
        return "below"
    return "above" if run > expected.high else "inside"


def inside(published: Table) -> str:
    """How many of the runs of a `published_table` lie inside."""
    positions = [row[-1].text for row in published.rows]
    judged = [position for position in positions if position in ("inside", "below", "above")]
    return (
        "Published runs inside the interval of one new run of ours:"
        f" {judged.count('inside')} of {len(judged)}."
    )


def _expected_range(expected: Interval, run: float) -> str:
    """The interval, with a third decimal where two would hide on which side the run lies."""
    hidden = percent(run) in (percent(expected.low), percent(expected.high))
    return percent_range(expected, decimals=3 if hidden else 2)
