"""Tables of predictions: under corruption, their calibration, and the classes they mix up."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from statistics import fmean
from typing import Any

import numpy as np

from regscope.figures.style import display_name
from regscope.measures.catalog import of_part
from regscope.report.columns import (
    Column,
    column_of,
    means_table,
    name_cell,
    numbers_table,
)
from regscope.report.formats import fixed, fixed_column, p_value, percent, with_range
from regscope.report.means import ByCell, by_column, grouped_means, seed_means
from regscope.report.render import Cell, Table
from regscope.results import StudyResults

MOST_CONFUSED = 5
PAIRS = 8


def robustness_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """Accuracy on clean examples and under every corruption, means over severities and seeds."""
    rows = results.robustness
    clean = grouped_means(rows[rows["severity"] == 0], ("reg",), "accuracy")
    corrupted: dict[Any, ByCell] = {}
    worse = grouped_means(rows[rows["severity"] > 0], ("corruption", "reg"), "accuracy")
    for (name, reg), mean in worse.items():
        corrupted.setdefault(name, {})[str(reg)] = mean
    others = of_part("robustness")
    columns = (
        Column("Clean", _CLEAN, _PERCENT, True),
        *(Column(display_name(str(name)), name, _PERCENT, True) for name in corrupted),
        *map(column_of, others),
    )
    means: dict[Any, ByCell] = {
        **seed_means(results, [entry.name for entry in others]),
        **corrupted,
        _CLEAN: {str(reg): mean for (reg,), mean in clean.items()},
    }
    caption = "Test accuracy, %, means over severities 1 to 5 and over seeds"
    return numbers_table(caption, means, regs, columns)


def severity_tables(results: StudyResults, regs: Sequence[str]) -> list[Table]:
    """One table a corruption: accuracy at every severity, means over seeds."""
    rows, tables = results.robustness, []
    for name in rows["corruption"].unique():
        by_severity = by_column(rows[rows["corruption"] == name], "severity", "accuracy")
        columns = [
            Column(f"Severity {severity}" if severity else "Clean", severity, _PERCENT, True)
            for severity in sorted(by_severity)
        ]
        caption = f"{display_name(str(name))}: test accuracy, %"
        tables.append(numbers_table(caption, by_severity, regs, columns))
    return tables


def calibration_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """How far predicted probabilities can be trusted."""
    shown = of_part("calibration", "expected_calibration_error", "brier_score", "test_loss")
    return means_table(results, regs, shown)


def pairs_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """The PAIRS pairs of classes mixed up most over all cells, and how often in each cell."""
    errors: dict[str, ByCell] = {}
    table = results.confused
    names = (table[name].tolist() for name in ("first", "second", "reg", "errors"))
    for first, second, reg, found in zip(*names, strict=True):
        errors.setdefault(f"{first} and {second}", {})[str(reg)] = found
    most = sorted(errors, key=lambda pair: -fmean(errors[pair].values()))[:PAIRS]
    columns = [Column(pair, pair, fixed_column(1)) for pair in most]
    caption = "Errors between two classes, both ways round, means over seeds"
    return numbers_table(caption, errors, regs, columns)


def confused_table(results: StudyResults, regs: Sequence[str], most: int = MOST_CONFUSED) -> Table:
    """The pairs of classes that every cell mixes up most, `most` a cell."""
    of_row = results.confused["reg"].to_numpy(dtype=object)
    errors = results.confused["errors"].to_numpy()
    cells = [np.flatnonzero(of_row == reg) for reg in regs]
    kept = [row for own in cells for row in own[np.argsort(-errors[own], kind="stable")[:most]]]
    rows = [
        (
            name_cell(str(pair["reg"])),
            Cell(f"{pair['first']} and {pair['second']}"),
            Cell(fixed(pair["errors"], 1)),
            Cell(percent(pair["share"], 1)),
            Cell(_excess(pair)),
            Cell(p_value(pair["p_value"])),
        )
        for pair in results.confused.iloc[kept].to_dict("records")
    ]
    return Table(
        "Pairs of classes mixed up most, both ways round, means over seeds",
        ("Regularizer", "Classes", "Errors", "Of all errors, %", "More than the mean pair", "p"),
        tuple(rows),
        frozenset({0, 1}),
    )


def _excess(pair: dict[Hashable, Any]) -> str:
    return with_range(*(fixed(pair[key], 1, signed=True) for key in ("excess", "low", "high")))


_PERCENT = fixed_column(2, 100)
_CLEAN = "clean"
