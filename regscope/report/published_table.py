"""Published single runs beside what many seeds give."""

from __future__ import annotations

from regscope.report.columns import name_cell, values
from regscope.report.formats import DASH, fixed, percent
from regscope.report.published import Document
from regscope.report.render import Cell, Table
from regscope.results import StudyResults
from regscope.statistics import Interval, mean_interval, prediction_interval


def published_table(results: StudyResults, document: Document) -> Table:
    """What single runs gave, beside our seeds and where one new run of ours would fall.

    Accuracies are in percent with two decimals, losses in nats with three.
    """
    shown = percent if document.of_accuracy else _loss
    unit = ", %" if document.of_accuracy else ""

    def between(interval: Interval, decimals: int = 2) -> str:
        return f"[{shown(interval.low, decimals)}, {shown(interval.high, decimals)}]"

    def hidden(run: float, expected: Interval) -> bool:
        return shown(run) in (shown(expected.low), shown(expected.high))

    def row(reg: str) -> list[Cell]:
        run = document.runs[reg]
        if reg not in results.cells:
            return [Cell(shown(run)), *[Cell(DASH)] * 3, Cell("not run")]
        measured = values(results, reg, document.measure)
        if len(measured) < 2:
            return [Cell(shown(run)), Cell(shown(measured.mean())), *[Cell(DASH)] * 3]
        expected = prediction_interval(measured)
        return [
            Cell(shown(run)),
            Cell(f"{shown(measured.mean())} ± {shown(measured.std(ddof=1))}"),
            Cell(between(mean_interval(measured))),
            # With a decimal more where two would hide on which side the run lies.
            Cell(between(expected, 3 if hidden(run, expected) else 2)),
            Cell(position(run, expected)),
        ]

    headings = (
        "Regularizer",
        f"Published, one run{unit}",
        f"Measured, mean ± SD{unit}",
        "95 % interval of the mean",
        "95 % interval of one new run",
        "Published run lies",
    )
    return Table(
        f"{document.title}, {document.place}",
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


def _loss(value: float, decimals: int = 2) -> str:
    return fixed(value, decimals + 1)
