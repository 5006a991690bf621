"""Tables of predictions: under corruption, their calibration, and the classes they mix up."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from regscope.figures.style import display_name
from regscope.measures.catalog import of_part
from regscope.report.columns import (
    Column,
    column_of,
    frame_table,
    means_table,
    name_cell,
)
from regscope.report.formats import fixed, fixed_column, p_value, percent, with_range
from regscope.report.render import Cell, Table
from regscope.results import StudyResults

MOST_CONFUSED = 5
PAIRS = 8


def robustness_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """Accuracy on clean examples and under every corruption, means over severities and seeds."""
    rows = results.robustness
    clean = rows[rows["severity"] == 0].groupby("reg", sort=False)["accuracy"].mean()
    corrupted = rows[rows["severity"] > 0].pivot_table(
        index="reg", columns="corruption", values="accuracy", sort=False
    )
    means = corrupted.assign(clean=clean).join(results.seed_means)
    columns = (
        Column("Clean", "clean", _PERCENT),
        *(Column(display_name(str(name)), name, _PERCENT) for name in corrupted.columns),
        *map(column_of, of_part("robustness")),
    )
    caption = "Test accuracy, %, means over severities 1 to 5 and over seeds"
    return frame_table(caption, means, regs, columns)


def severity_tables(results: StudyResults, regs: Sequence[str]) -> list[Table]:
    """One table a corruption: accuracy at every severity, means over seeds."""
    tables = []
    for name, rows in results.robustness.groupby("corruption", sort=False):
        by_severity = rows.pivot(index="reg", columns="severity", values="accuracy")
        columns = [
            Column(f"Severity {severity}" if severity else "Clean", severity, _PERCENT)
            for severity in by_severity.columns
        ]
        caption = f"{display_name(str(name))}: test accuracy, %"
        tables.append(frame_table(caption, by_severity, regs, columns))
    return tables


def calibration_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """How far predicted probabilities can be trusted."""
    shown = of_part("calibration", "expected_calibration_error", "brier_score", "test_loss")
    return means_table(results, regs, shown)


def pairs_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """The PAIRS pairs of classes mixed up most over all cells, and how often in each cell."""
    errors = results.confused.pivot_table(
        index="reg", columns=["first", "second"], values="errors", sort=False
    )
    most = errors.mean().sort_values(ascending=False, kind="stable").index[:PAIRS]
    counts = errors[most].set_axis([" and ".join(map(str, pair)) for pair in most], axis=1)
    columns = [Column(pair, pair, fixed_column(1)) for pair in counts.columns]
    caption = "Errors between two classes, both ways round, means over seeds"
    return frame_table(caption, counts, regs, columns)


def confused_table(results: StudyResults, regs: Sequence[str], most: int = MOST_CONFUSED) -> Table:
    """The pairs of classes that every cell mixes up most, `most` a cell."""
    ordered = results.confused.sort_values("errors", ascending=False, kind="stable")
    first: dict[str, list[dict[Hashable, Any]]] = {}
    for pair in ordered.groupby("reg", sort=False).head(most).to_dict("records"):
        first.setdefault(str(pair["reg"]), []).append(pair)
    rows = []
    for reg in regs:
        for pair in first.get(reg, []):
            rows.append(
                (
                    name_cell(reg),
                    Cell(f"{pair['first']} and {pair['second']}"),
                    Cell(fixed(pair["errors"], 1)),
                    Cell(percent(pair["share"], 1)),
                    Cell(_excess(pair)),
                    Cell(p_value(pair["p_value"])),
                )
            )
    return Table(
        "Pairs of classes mixed up most, both ways round, means over seeds",
        ("Regularizer", "Classes", "Errors", "Of all errors, %", "More than the mean pair", "p"),
        tuple(rows),
        frozenset({0, 1}),
    )


def _excess(pair: dict[Hashable, Any]) -> str:
    return with_range(*(fixed(pair[key], 1, signed=True) for key in ("excess", "low", "high")))


_PERCENT = fixed_column(2, 100)
