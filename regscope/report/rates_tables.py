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
    """A row a cell: at the study's own, and at its best against `none` at its best."""
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
            Cell(rate(at_best, reg)),
            Cell(epochs(at_best, reg)),
            Cell(percent(own[ACCURACY])),
            *last,
        ]

    return by_reg(
        f"Test accuracy at the study's own learning rate ({plain(at_best.learning_rate)}) and"
        f" epochs ({at_best.epochs}), and each cell at its best against {BASELINE} at its best",
        (
            "At the study's own, %",
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
        {1, 2, 5, 6},
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
        f" {percent(best[ACCURACY])} %, at the study's own to"
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
    """A row a study with learning rates: the cell's difference at the study's and at its best."""
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
                Cell(rate(evidence.at_best, reg)),
                Cell(epochs(evidence.at_best, reg)),
                Cell(_difference(own)),
                verdict_cell(own),
            )
        )
    return Table(
        "Each at its best learning rate",
        (
            "Study",
            "At the study's own, points",
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


def rate(at_best: AtBest, reg: str) -> str:
    """The chosen learning rate, and whether the best may lie beyond those tried."""
    return _chosen(plain(at_best.tuned[reg]["learning_rate"]), at_best.rate_end(reg))


def epochs(at_best: AtBest, reg: str) -> str:
    """The same of the epochs."""
    return _chosen(str(int(at_best.tuned[reg]["epochs"])), at_best.epochs_end(reg))


def _chosen(shown: str, end: str) -> str:
    return f"{shown} ({end} tried)" if end else shown


def beyond(at_best: AtBest, reg: str) -> str:
    """Where the best may lie beyond what was tried, in words; empty where it lies within."""
    ends = (at_best.rate_end(reg), "learning rate"), (at_best.epochs_end(reg), "epochs")
    return " and ".join(f"{end} {what} tried" for end, what in ends if end)


def _short(row: Row) -> str:
    edge = f", {EDGE}" if on_edge(row) else ""
    return f"{points(row['difference'])} ({row['verdict']}{edge})"


def _difference(row: Row) -> str:
    return with_range(*(points(row[key]) for key in ("difference", "low", "high")))
