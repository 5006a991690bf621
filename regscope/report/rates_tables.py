"""Every cell at its best learning rate, beside the study's own: tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regscope.figures.style import display_name
from regscope.measures.catalog import ACCURACY
from regscope.report.at_best import AtBest, Row
from regscope.report.columns import (
    by_reg,
    comparisons,
    on_edge,
    values,
    verdict_cell,
)
from regscope.report.formats import DASH, EDGE, p_value, percent, plain, points, with_range
from regscope.report.render import Cell, Table
from regscope.report.tables import marked
from regscope.results import StudyResults
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    from regscope.report.evidence import Evidence

FIXED = (
    "The same grid of learning rates and epochs for every cell, chosen on validation, then trained"
    " anew with the study's seeds; strengths, network, optimizer and batches are the study's own."
)


def rates_table(results: StudyResults, at_best: AtBest, regs: Sequence[str]) -> Table:
    """A row a cell: as published, and at its best against `none` at its best."""
    published = comparisons(results, ACCURACY)

    def row(reg: str) -> list[Cell]:
        own = at_best.tuned[reg]
        first = [Cell(percent(values(results, reg, ACCURACY).mean())), Cell(DASH)]
        last = [Cell(DASH)] * 3
        if reg != BASELINE:
            first[1] = difference_cell(published[reg])
            last = [Cell(_difference(own)), Cell(p_value(own["p_holm"])), verdict_cell(own)]
        return [
            *first,
            Cell(rate(own)),
            Cell(epochs(own)),
            Cell(percent(own[ACCURACY])),
            *last,
        ]

    return by_reg(
        f"Test accuracy as published (learning rate {plain(at_best.learning_rate)},"
        f" {at_best.epochs} epochs), and each cell at its best against {BASELINE} at its best",
        (
            "As published, %",
            "Difference, points",
            "Best learning rate",
            "Epochs",
            "At its best, %",
            "Difference at the best, points",
            "Holm p",
            "Verdict at the best",
        ),
        [reg for reg in at_best.tuned if reg in results.cells],
        regs,
        row,
        {8},
    )


def rates_finding(results: StudyResults, at_best: AtBest, regs: Sequence[str]) -> str:
    """What changes once nothing is held at one learning rate, in two sentences."""
    published = comparisons(results, ACCURACY)
    cells = [reg for reg in regs if reg in at_best.tuned and reg in published]
    best = at_best.tuned[BASELINE]
    means = {reg: float(values(results, reg, ACCURACY).mean()) for reg in (BASELINE, *cells)}
    top = max(means, key=lambda reg: means[reg])
    first = (
        f"At the study's own learning rate and epochs the most accurate is {display_name(top)},"
        f" with {percent(means[top])} %; {display_name(BASELINE)} at its best comes to"
        f" {percent(best[ACCURACY])} %, {display_name(BASELINE).lower()} as published to"
        f" {percent(means[BASELINE])} %."
    )
    changed = [reg for reg in cells if published[reg]["verdict"] != at_best.tuned[reg]["verdict"]]
    if not changed:
        return f"{first} No verdict is another at the best."
    named = "; ".join(
        f"{display_name(reg)} {_short(published[reg])}, at the best {_short(at_best.tuned[reg])}"
        for reg in changed
    )
    return f"{first} Other verdicts at the best: {named}."


def card_table(found: Sequence[Evidence], reg: str) -> Table:
    """A row a study with learning rates: the cell's difference as published and at its best."""
    rows = []
    for evidence in found:
        against = evidence.against_none(reg, ACCURACY)
        if evidence.at_best is None or against is None or reg not in evidence.at_best.tuned:
            continue
        own = evidence.at_best.tuned[reg]
        rows.append(
            (
                Cell(evidence.study),
                difference_cell(against),
                Cell(rate(own)),
                Cell(epochs(own)),
                Cell(_difference(own)),
                verdict_cell(own),
            )
        )
    return Table(
        "Each at its best learning rate",
        (
            "Study",
            "As published, points",
            "Best learning rate",
            "Epochs",
            "Difference at the best, points [95 %]",
            "Verdict at the best",
        ),
        tuple(rows),
        frozenset({0, 5}),
    )


def difference_cell(against: Row) -> Cell:
    """Marked by its verdict."""
    return marked(points(against["difference"]), against)


def rate(row: Row) -> str:
    """The chosen learning rate, and whether the best may lie beyond those tried."""
    end = row["rate_end"]
    shown = plain(row["learning_rate"])
    return f"{shown} ({end} tried)" if isinstance(end, str) else shown


def rate_edge(row: Row) -> str:
    """Where the best may lie beyond what was tried, as a note behind a comma."""
    end = row["rate_end"]
    notes = [f"{end} learning rate tried"] if isinstance(end, str) else []
    notes += ["most epochs tried"] if row["most_epochs"] else []
    return "".join(f"; {note}" for note in notes)


def epochs(row: Row) -> str:
    shown = str(int(row["epochs"]))
    return f"{shown} (most tried)" if row["most_epochs"] else shown


def _short(row: Row) -> str:
    edge = f", {EDGE}" if on_edge(row) else ""
    return f"{points(row['difference'])} ({row['verdict']}{edge})"


def _difference(row: Row) -> str:
    return with_range(*(points(row[key]) for key in ("difference", "low", "high")))
