"""Published single runs beside what many seeds give."""

from __future__ import annotations

from collections.abc import Sequence

from regscope.report.columns import name_cell, values
from regscope.report.formats import DASH, fixed, percent
from regscope.report.published import Document
from regscope.report.render import Cell, Table
from regscope.results import StudyResults
from regscope.statistics import POWER, Interval, NewRun, mean_interval, new_run, telling

SAYS_LITTLE = "inside, says little"


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
            return [Cell(shown(run)), *[Cell(DASH)] * 4, Cell("not run")]
        measured = values(results, reg, document.measure)
        if len(measured) < 2:
            return [Cell(shown(run)), Cell(shown(measured.mean())), *[Cell(DASH)] * 4]
        new = one_more(results, reg, document.measure)
        expected = new.interval()
        others = [value for name, value in document.runs.items() if name != reg]
        return [
            Cell(shown(run)),
            Cell(f"{shown(measured.mean())} ± {shown(measured.std(ddof=1))}"),
            Cell(between(mean_interval(measured))),
            # With a decimal more where two would hide on which side the run lies.
            Cell(between(expected, 3 if hidden(run, expected) else 2)),
            Cell(shown(new.shift())),
            Cell(position(run, expected, others)),
        ]

    headings = (
        "Regularizer",
        f"Published, one run{unit}",
        f"Measured, mean ± SD{unit}",
        "95 % interval of the mean",
        "95 % interval of one new run",
        f"Shift seen with probability {POWER:g}{', points' * document.of_accuracy}",
        "Published run lies",
    )
    return Table(
        f"{document.title}, {document.place}",
        headings,
        tuple((name_cell(reg), *row(reg)) for reg in document.runs),
        frozenset({0, 6}),
    )


def one_more(results: StudyResults, reg: str, measure: str) -> NewRun:
    """One more run of a cell, by the deviation of all the study's cells that are not lost."""
    others = [
        values(results, name, measure)
        for name in results.cells
        if name != reg and name not in results.lost
    ]
    return new_run(values(results, reg, measure), others)


def position(run: float, expected: Interval, others: Sequence[float] = ()) -> str:
    """Where a single run lies: `inside`, `below` or `above` the interval.

    SAYS_LITTLE where most of the document's other runs lie inside as well.
    """
    if run < expected.low:
        return "below"
    if run > expected.high:
        return "above"
    return "inside" if telling(expected, others) else SAYS_LITTLE


def inside(published: Table) -> str:
    """How many of the runs of a `published_table` lie inside."""
    positions = [row[-1].text for row in published.rows]
    judged = [one for one in positions if one in ("inside", SAYS_LITTLE, "below", "above")]
    little = judged.count(SAYS_LITTLE)
    within = judged.count("inside") + little
    told = f"Published runs inside the interval of one new run of ours: {within} of {len(judged)}."
    if not little:
        return told
    of_these = "it" if within == 1 else f"{little} of these" if little < within else "all of these"
    return f"{told} Of {of_these} that says little: most others would lie inside as well."


def _loss(value: float, decimals: int = 2) -> str:
    return fixed(value, decimals + 1)
