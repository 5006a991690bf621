"""Tables of pruning and of hidden units."""

from __future__ import annotations

from collections.abc import Sequence

from regscope.figures.style import display_name
from regscope.measures.catalog import UNITS, of_part
from regscope.report.columns import Column, column_of, frame_table, means_table
from regscope.report.formats import DASH, fixed_column, percent, plain
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
    by_fraction = curves.pivot(index="fraction", columns="reg", values="accuracy")
    return Table(
        "Test accuracy, %, by the share removed of the smallest weights, each relative to its"
        " layer's root mean square",
        ("Removed, %", *(display_name(reg) for reg in regs)),
        tuple(
            (
                Cell(plain(round(100 * float(fraction), 6))),
                *(Cell(percent(row[reg]) if reg in row else DASH) for reg in regs),
            )
            for fraction, row in zip(by_fraction.index, by_fraction.to_dict("records"), strict=True)
        ),
        frozenset(),
    )


def units_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """Hidden units, means over hidden layers."""
    return means_table(results, regs, of_part("units"))


def unit_layer_tables(results: StudyResults, regs: Sequence[str]) -> list[Table]:
    """One table a hidden layer, means over seeds."""
    means = results.units.groupby(["layer", "reg"], sort=False).mean()
    columns = (Column("Units", "units", fixed_column(0)), *map(column_of, UNITS))
    return [
        frame_table(str(layer), means.loc[layer], regs, columns)
        for layer in results.units["layer"].unique()
    ]
