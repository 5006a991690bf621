"""Tables of how many seeds it takes to see a difference in test accuracy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regscope.measures.catalog import ACCURACY
from regscope.report.columns import as_comparison, by_reg, comparisons, name_cell, values
from regscope.report.formats import percent, seeds_needed
from regscope.report.measured import BY_KEY
from regscope.report.render import Cell, Table
from regscope.results import StudyResults
from regscope.statistics import POWER, seeds_table, undecided_note
from regscope.study.params import BASELINE

WANTED = (0.001, 0.0025, 0.005, 0.01)


def undecided_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """One sentence for every cell that these seeds cannot decide on: what would decide it."""
    measure = BY_KEY[results.primary]
    compared = comparisons(results, measure.key)
    in_points = bool(measure.unit)
    rows = []
    for reg in regs:
        if reg in compared:
            row = compared[reg]
            note = undecided_note(as_comparison(row), str(row["verdict"]), in_points)
            rows += [(name_cell(reg), Cell(note))] if note else []
    return Table(
        f"Cells on which these seeds cannot decide, against {BASELINE}",
        ("Regularizer", "What it would take"),
        tuple(rows),
        frozenset({0, 1}),
    )


def wanted_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """The fewest seeds that show a true difference of WANTED, given the spread seen here.

    The p value must outlast Holm's correction over the study's cells.
    """
    baseline = values(results, BASELINE, ACCURACY)
    cells = len(results.cells) - 1

    def row(reg: str) -> list[Cell]:
        if reg == BASELINE or len(baseline) < 2:
            return [Cell("")] * (1 + len(WANTED))
        deviation = float(np.std(values(results, reg, ACCURACY) - baseline, ddof=1))
        counts = seeds_table(deviation, WANTED, comparisons=cells)
        return [
            Cell(percent(deviation)),
            *(Cell(seeds_needed(counts[difference])) for difference in WANTED),
        ]

    headings = (
        "SD of the paired differences, points",
        *(f"{100 * size:g} point{'' if size == 0.01 else 's'}" for size in WANTED),
    )
    return by_reg(
        f"Fewest seeds that show a true difference with probability {POWER:g}, in {cells} cells"
        " compared",
        headings,
        results.cells,
        regs,
        row,
    )
