"""Tables of pruning and of hidden units."""

from __future__ import annotations

from collections.abc import Sequence

from regscope.figures.style import display_name
from regscope.report.columns import Column, by_reg, frame_table, mean_and_half_width, values
from regscope.report.formats import DASH, fixed, fixed_column, percent, plain
from regscope.report.render import Cell, Table
from regscope.report.tables import MEANS
from regscope.results import StudyResults

ALL = "all"


def pruning_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """How many of the smallest weights can go, all layers together."""

    def row(reg: str) -> list[Cell]:
        area = values(results, reg, "pruning_area")
        return [
            Cell(mean_and_half_width(values(results, reg, "prunable_fraction"), percent)),
            Cell(mean_and_half_width(area, lambda value: fixed(value, 4))),
        ]

    return by_reg(MEANS, ("Prunable weights, %", "Pruning area"), results.cells, regs, row)


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
    columns = (
        ("Correlation", "unit_correlation", lambda value: fixed(value, 3)),
        ("Effective rank, % of units", "effective_rank_fraction", lambda v: percent(v, 1)),
        ("Dead units, %", "dead_unit_fraction", percent),
        ("Mean activation", "mean_activation", lambda value: fixed(value, 3)),
    )

    def row(reg: str) -> list[Cell]:
        return [
            Cell(mean_and_half_width(values(results, reg, measure), shown))
            for _, measure, shown in columns
        ]

    return by_reg(MEANS, [heading for heading, *_ in columns], results.cells, regs, row)


def unit_layer_tables(results: StudyResults, regs: Sequence[str]) -> list[Table]:
    """One table a hidden layer, means over seeds."""
    means = results.units.groupby(["layer", "reg"], sort=False).mean()
    columns = (
        Column("Units", "units", fixed_column(0)),
        Column("Correlation", "correlation", fixed_column(3)),
        Column("Effective rank", "effective_rank", fixed_column(1)),
        Column("Dead units, %", "dead_fraction", fixed_column(2, 100)),
        Column("Mean activation", "mean_activation", fixed_column(3)),
    )
    return [
        frame_table(str(layer), means.loc[layer], regs, columns)
        for layer in results.units["layer"].unique()
    ]
