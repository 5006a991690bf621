"""Tables of pruning and of hidden units."""

from __future__ import annotations

from collections.abc import Sequence

from regscope.figures.style import display_name
from regscope.measures.catalog import UNITS, of_part
from regscope.report.columns import Column, column_of, means_table, numbers_table
from regscope.report.formats import DASH, fixed_column, percent, plain
from regscope.report.means import by_column, layer_means
from regscope.report.render import Cell, Table
from regscope.results import StudyResults

ALL = "all"


def pruning_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """How many of the smallest weights can go, all layers together."""
    return means_table(results, regs, of_part("pruning", "prunable_fraction"))


def pruning_curve_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """Accuracy at every share of weights removed, all layers together, means over seeds.

    A row a share and a column a cell, since there are many shares.
    """
    curves = results.pruning[results.pruning["scope"] == ALL]
    by_fraction = by_column(curves, "fraction", "accuracy")
    return Table(
        "Test accuracy, %, by the share removed of the smallest weights, each relative to its"
        " layer's root mean square",
        ("Removed, %", *(display_name(reg) for reg in regs)),
        tuple(
            (
                Cell(plain(round(100 * float(fraction), 6))),
                *(Cell(percent(row[reg]) if reg in row else DASH) for reg in regs),
            )
            for fraction, row in sorted(by_fraction.items())
        ),
        frozenset(),
        largest_first=frozenset(range(1, 1 + len(regs))),
    )


def units_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """Hidden units, means over hidden layers."""
    return means_table(results, regs, of_part("units"))


def unit_layer_tables(results: StudyResults, regs: Sequence[str]) -> list[Table]:
    """One table a hidden layer, means over seeds."""
    columns = (Column("Units", "units", fixed_column(0)), *map(column_of, UNITS))
    means = layer_means(results.units, [str(entry.measure) for entry in columns])
    return [numbers_table(layer, own, regs, columns) for layer, own in means.items()]
