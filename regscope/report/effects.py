"""What a cell did in the studies: the tables of its method card, from metrics/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from regscope.figures.style import display_name
from regscope.measures.catalog import listed
from regscope.report.columns import on_edge, verdict_cell
from regscope.report.evidence import Evidence
from regscope.report.formats import DASH, percent, with_range
from regscope.report.measured import ACCURACY, BY_KEY, Measure
from regscope.report.new_data import new_data
from regscope.report.render import Cell, Table, escape
from regscope.report.sections import inline
from regscope.report.sweep_tables import chosen_strength, guess_note, measure_of
from regscope.report.tables import marked
from regscope.results import GUESS, GUESS_MEANING, told
from regscope.results.effects import Row
from regscope.statistics import LEFT_OUT, VERDICTS
from regscope.study.params import BASELINE


def finding(found: Sequence[Evidence], reg: str) -> str:
    """One sentence, as Markdown: in which studies the cell is better than the baseline, worse, or
    undecided, and apart from these the verdicts on the edge; empty where no study has it."""
    by_verdict: dict[str, list[str]] = {}
    edges = []
    for evidence in found:
        measure = BY_KEY[evidence.primary]
        row = evidence.against_none(reg, measure.key)
        if row is not None:
            where = "" if measure is ACCURACY else f" in {measure.name}"
            shown = f"{escape(evidence.study)} ({measure.difference(row['difference'])}{where})"
            if on_edge(row):
                edges.append(f"{GUESS_MEANING if told(row) == GUESS else told(row)} in {shown}")
            else:
                by_verdict.setdefault(told(row), []).append(shown)
    parts = [
        f"{GUESS_MEANING if verdict == GUESS else verdict} in {', '.join(by_verdict[verdict])}"
        for verdict in (*VERDICTS, GUESS)
        if verdict in by_verdict
    ]
    if edges:
        parts.append(f"on the edge: {', '.join(edges)}")
    if not parts:
        return ""
    return f"Against `{BASELINE}`, in points of test accuracy or as said: {'; '.join(parts)}."


def accuracy_table(found: Sequence[Evidence], reg: str) -> Table:
    """A row a study that has the cell: the strength there, and the paired difference to the
    baseline."""

    def row(evidence: Evidence, against: Row) -> list[Cell]:
        measure = BY_KEY[evidence.primary]
        means = [evidence.mean(name, measure.key) for name in (BASELINE, reg)]
        of_new_data = new_data(evidence)
        return [
            Cell(strength(evidence.cells[reg], reg)),
            *(Cell(DASH if mean is None else measure.value(mean)) for mean in means),
            Cell(_difference(against, measure)),
            Cell(of_new_data[reg].shown if reg in of_new_data else DASH),
            Cell(measure.value(against["detectable_difference"])),
            verdict_cell(against),
        ]

    headings = (
        "Study",
        "Strength",
        display_name(BASELINE),
        display_name(reg),
        "Difference [95 %]",
        "For new data [95 %]",
        "Detectable",
        "Verdict",
    )
    return Table(
        "Test accuracy, %, and differences in points, or what a study is about",
        headings,
        tuple(
            (Cell(_about(evidence)), *row(evidence, against))
            for evidence, against in _compared(found, reg)
        ),
        frozenset({0, 1, 7}),
    )


FURTHER = (
    "train_accuracy", "generalization_gap", "near_zero_fraction", "zero_fraction",
    "corruption_accuracy", "expected_calibration_error", "prunable_fraction",
)  # fmt: skip
"""What a card shows first of the measures that it lists."""


def measures_table(found: Sequence[Evidence], reg: str) -> Table:
    """A row a study that has the cell: each measure's mean, and in parentheses the baseline's."""

    measures = [BY_KEY[measure.name] for measure in listed("cards", *FURTHER)]

    def entry(evidence: Evidence, measure: Measure) -> Cell:
        own, without = (evidence.mean(name, measure.key) for name in (reg, BASELINE))
        if own is None or without is None:
            return Cell(DASH)
        against = evidence.against_none(reg, measure.key)
        shown = f"{measure.briefly(own)} ({measure.briefly(without)})"
        return Cell(shown) if against is None else marked(shown, against)

    return Table(
        "What else changes",
        ("Study", *(measure.narrow for measure in measures)),
        tuple(
            (
                Cell(evidence.study),
                *(entry(evidence, measure) for measure in measures),
            )
            for evidence, _ in _compared(found, reg)
        ),
    )


def _compared(found: Sequence[Evidence], reg: str) -> Iterator[tuple[Evidence, Row]]:
    """The studies that have the cell, with what it is against the baseline there."""
    for evidence in found:
        against = evidence.against_none(reg, BY_KEY[evidence.primary].key)
        if against is not None:
            yield evidence, against


def tuned_table(found: Sequence[Evidence], reg: str) -> Table:
    """A row a study whose sweep has the method: the strength that validation chose."""
    rows = [
        (evidence.study, row)
        for evidence in found
        for row in evidence.tuned
        if row["family"] == reg
    ]
    return Table(
        "Tuned",
        (
            "Study",
            "Strength [those it cannot tell from it]",
            "Test accuracy, %",
            "Difference to strength 0, points [95 %]",
            "Verdict",
        ),
        tuple(
            (
                Cell(study),
                Cell(f"{chosen_strength(row)}{guess_note(row)}"),
                Cell(percent(row[ACCURACY.key])),
                Cell(DASH if row["verdict"] == LEFT_OUT else _difference(row, measure_of(row))),
                verdict_cell(row),
            )
            for study, row in rows
        ),
        frozenset({0, 1, 4}),
    )


def pairs_table(found: Sequence[Evidence], methods: frozenset[str]) -> Table:
    """A row for each pair that holds all of `methods`: both at once against the better one."""
    rows = [
        (evidence.study, row)
        for evidence in found
        for row in evidence.pairs
        if methods <= {row["first"], row["second"]}
    ]
    return Table(
        "Pairs",
        ("Study", "Pair", "Both, %", "Both minus the better one, points [95 %]", "Verdict"),
        tuple(
            (
                Cell(study),
                Cell(f"{display_name(row['first'])} + {display_name(row['second'])}"),
                Cell(measure_of(row).value(row["both"])),
                Cell(_difference(row, measure_of(row))),
                verdict_cell(row, "the better part"),
            )
            for study, row in rows
        ),
        frozenset({0, 1, 4}),
    )


def methods_of(found: Sequence[Evidence], reg: str) -> frozenset[str]:
    """The methods that the cell composes, as the studies name them."""
    return frozenset(_methods(found, reg))


def _methods(found: Sequence[Evidence], reg: str) -> Iterator[str]:
    for evidence in found:
        yield from evidence.cells.get(reg) or ()


def strength(cell: Mapping[str, Any], reg: str) -> str:
    """A cell's settings on one line; of a method alone in its own cell, without its name."""
    return inline(cell[reg] if set(cell) == {reg} else cell)


def _about(evidence: Evidence) -> str:
    """The study, and what it is about where that is not accuracy."""
    measure = BY_KEY[evidence.primary]
    return evidence.study if measure is ACCURACY else f"{evidence.study} ({measure.name})"


def _difference(row: Row, measure: Measure = ACCURACY) -> str:
    return with_range(*(measure.difference(row[key]) for key in ("difference", "low", "high")))
