"""What a claim may be measured by: the columns of a study's tables, as the catalog has them.

A plain name is a column of `seeds.csv`. A prefix names another table or another question:

- `layers.<column>`: one layer's weights (`layer: hidden1`).
- `units.<column>`: one layer's hidden units (`layer: hidden1`).
- `spread.<name>`: the standard deviation over seeds of a column of `seeds.csv`.
- `paths.<column>`: a strength path of the study (`at: best` on validation, or `strongest`).
- `confused.excess`: errors between two classes over the mean pair (`pair: [3, 5]`).
- `advice.<column>`: the test scores of the study's committed advice, every arm at its best; of the
  study OVER_TABLES `advice.ahead`, on how many tables with advice one arm is ahead of another.
"""

from __future__ import annotations

from math import inf
from typing import Literal, NamedTuple

from regscope.measures.catalog import PRIMARY, SIZE, TABLES, Table
from regscope.measures.catalog import Measure as Entry

AHEAD = "ahead"

ADVICE = (
    *PRIMARY,
    Entry(name=AHEAD, title="Tables on which it is ahead", better="higher", within=SIZE),
)
"""What the arms of an advice are judged by; over all advice for tables, whether one is ahead of
another, of which documents print on how many."""

Asked = Table | Literal["advice"]


def _by_name(entries: tuple[Entry, ...]) -> dict[str, Entry]:
    return {entry.name: entry for entry in entries}


COLUMNS: dict[Asked, dict[str, Entry]] = {
    **{table: _by_name(entries) for table, entries in TABLES.items()},
    "advice": _by_name(ADVICE),
}

OVER_TABLES = "all tables"
"""The study of claims about all tables with advice. No study can be called so."""


class Measure(NamedTuple):
    table: Asked
    column: str

    @property
    def entry(self) -> Entry:
        return COLUMNS[self.table][self.column]

    @property
    def is_fraction(self) -> bool:
        """Whether people read it in percent, and its differences in percentage points."""
        return self.table != "spread" and self.entry.in_points

    @property
    def counts_tables(self) -> bool:
        """Whether it is a share of the tables with advice."""
        return self == ("advice", AHEAD)

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
