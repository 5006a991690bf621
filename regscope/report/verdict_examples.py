"""What each verdict means, with a cell of the committed results that got it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regscope.figures.style import display_name
from regscope.report.columns import as_comparison, on_edge
from regscope.report.evidence import Evidence
from regscope.report.formats import DASH, known, p_value, points, with_range
from regscope.report.measured import BY_KEY
from regscope.report.render import Cell, Table
from regscope.results import told
from regscope.results.effects import Row
from regscope.statistics import EQUAL, TOO_FEW, UNDECIDED, equal_note
from regscope.study.params import BASELINE

CERTAIN = f"{EQUAL}, for certain"

EDGE_OF = "any of these, on the edge"

MEANINGS = {
    "better": "there is a difference, and it is one for the better",
    "worse": "there is a difference, and it is one for the worse",
    "higher": "there is a difference; neither way is better by itself",
    "lower": "there is a difference; neither way is better by itself",
    EQUAL: "whether there is a difference or not, it is smaller than what matters",
    CERTAIN: "there is a difference, and it is smaller than what matters",
    UNDECIDED: "no answer: a difference that matters is possible, and so is none",
    EDGE_OF: "an answer that without one of the seeds, or with other last digits, would be another",
    TOO_FEW: "no answer, whatever the seeds show",
}
"""Firm ones, but for EDGE_OF."""

MEASURES = ("test_accuracy", "generalization_gap")
"""Where an example is looked for, the second for what neither is better in."""


def verdict_examples(found: Sequence[Evidence]) -> Table:
    """A row a verdict: what it says, and the first cell of the studies that got it, firmly."""
    return Table(
        "Verdicts",
        (
            "Verdict",
            "What it says",
            "For example",
            "Difference, points [95 %]",
            "Holm p of no difference",
            "Holm p of one that matters",
        ),
        tuple(
            (Cell(verdict, verdict), Cell(meaning), *_example(found, verdict))
            for verdict, meaning in MEANINGS.items()
        ),
        frozenset({0, 1, 2}),
    )


def _example(found: Sequence[Evidence], verdict: str) -> Iterator[Cell]:
    for measure in MEASURES:
        for evidence in found:
            for reg in evidence.cells:
                row = evidence.against_none(reg, measure)
                if row is not None and verdict in (_given(row), _edge(row)):
                    yield from _shown(evidence.study, reg, measure, row)
                    return
    yield from [Cell(DASH)] * 4


def _edge(row: Row) -> str:
    return EDGE_OF if on_edge(row) and row["verdict"] != UNDECIDED else ""


def _given(row: Row) -> str:
    if on_edge(row):
        return ""
    if row["verdict"] != EQUAL:
        return told(row)
    certain = equal_note(as_comparison(row), row["p_holm"], row["p_equal_holm"])
    return CERTAIN if certain else EQUAL


def _shown(study: str, reg: str, measure: str, row: Row) -> Iterator[Cell]:
    name = BY_KEY[measure].name if BY_KEY[measure].neutral else "test accuracy"
    seeds = f"{row['seeds']:.0f} seeds"
    yield Cell(f"{study}: {name} of {display_name(reg)} against {BASELINE}, {seeds}")
    shown = with_range(*(points(row[key]) for key in ("difference", "low", "high")))
    yield Cell(f"{shown}: {row['verdict']}" if on_edge(row) else shown)
    yield Cell(p_value(row["p_holm"]))
    yield Cell(DASH if known(row["p_equal_holm"]) is None else p_value(row["p_equal_holm"]))
