"""What a claim may be measured by: the columns of a study's tables, as the catalog has them.

A plain name is a column of `seeds.csv`. A prefix names another table or another question:

- `layers.<column>`: one layer's weights (`layer: hidden1`).
- `units.<column>`: one layer's hidden units (`layer: hidden1`).
- `spread.<name>`: the standard deviation over seeds of a column of `seeds.csv`.
- `paths.<column>`: a strength path of the study (`at: best` on validation, or `strongest`).
- `confused.excess`: errors between two classes over the mean pair (`pair: [3, 5]`).
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from regscope.measures.catalog import TABLES, Table
from regscope.measures.catalog import Measure as Entry

COLUMNS = {table: {entry.name: entry for entry in entries} for table, entries in TABLES.items()}


class Measure(NamedTuple):
    table: Table
    column: str

    @property
    def entry(self) -> Entry:
        return COLUMNS[self.table][self.column]

    @property
    def is_fraction(self) -> bool:
        """Whether people read it in percent, and its differences in percentage points."""
        return self.table != "spread" and self.entry.in_points

    def impossible(self, value: float) -> str | None:
        """What a value must be that this one is not."""
        low, high = (0.0, inf) if self.table == "spread" else self.entry.bounds
        if low <= value <= high:
            return None
        return f"must be at least {low:g}" if high == inf else f"must be from {low:g} to {high:g}"


def parse(name: str) -> Measure | None:
    """The table and column that `name` stands for; None for a name outside the closed set."""
    prefix, _, column = name.rpartition(".")
    for table, columns in COLUMNS.items():
        if column in columns and prefix == ("" if table == "seeds" else table):
            return Measure(table, column)
    return None


def choices(name: str) -> tuple[str, ...]:
    """What may stand where `name` does: the columns of its table, with their prefix."""
    prefix = name.rpartition(".")[0]
    for table, columns in COLUMNS.items():
        if prefix == table != "seeds":
            return tuple(f"{table}.{column}" for column in columns)
    return (*COLUMNS["seeds"], *(f"{table}.*" for table in COLUMNS if table != "seeds"))
