"""Tables as they are read back: whole, or refused in one line with file and row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from regscope.base.errors import RegscopeError
from regscope.base.json_files import read_text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NAMES = (
    "reg", "layer", "class", "first", "second", "scope", "corruption", "measure", "verdict",
    "shares", "beats_guess", "family",
)  # fmt: skip
"""Columns that stay text, whatever it looks like: classes that are digits, a cell called `nan`."""

WORDS = ("firm", "most_epochs", "grid_end", "rate_end", "better_part", "constant_guess")
"""Columns of words, truth values among them, or of nothing."""

SHOWN = 40


def read_table(file: Path) -> pd.DataFrame:
    """A CSV file; an empty field is nan, and columns but NAMES and WORDS are numbers.

    Raises FileNotFoundError where it is not there, and RegscopeError, naming file and line, where
    a row has more or fewer fields than the header, or a field is no number where one must be.
    """
    import pandas as pd

    text = read_text(file)
    if not _plain(text):
        _split(text, file)
    types = dict.fromkeys(NAMES, object)
    # Python's strings: of Arrow's, names of columns among them, each that is looked at is slow.
    with pd.option_context("mode.string_storage", "python"):
        table = pd.read_csv(io.StringIO(text), dtype=types, keep_default_na=False, na_values=[""])
    for name, kind in table.dtypes.items():
        if kind.kind not in "iuf" and name not in (*NAMES, *WORDS):
            _check_numbers(table[name], file)
    return table


def matrix(table: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Columns of numbers as they stand side by side, `[rows, columns]` of float64."""
    import numpy as np

    # pandas' own way looks every name up and sorts the columns by type, for four times as long.
    found = np.empty((len(table), len(columns)))
    for place, name in enumerate(columns):
        found[:, place] = table[name].to_numpy()
    return found


def read_rows(file: Path) -> list[dict[str, str]]:
    """A CSV file as it is written. Raises as `read_table` does, but of numbers."""
    return parse_rows(read_text(file), file)


def parse_rows(text: str, file: object) -> list[dict[str, str]]:
    """Every row of a CSV file, by column; `file` is what is complained of.

    Raises RegscopeError where a row has more or fewer fields than the header.
    """
    header, rows = _split(text, file)
    return [dict(zip(header, row, strict=True)) for row in rows]


def _plain(text: str) -> bool:
    """Whether the text is, without a closer look, a table of several columns, nothing of it in
    quotes, as many fields in each row as names in the header, and no two names alike."""
    header, *rows = text.split("\n") if text.endswith("\n") else [""]
    names = header.split(",")
    commas = len(names) - 1
    return (
        commas > 0
        and len({*names, ""}) == len(names) + 1
        and '"' not in text
        and "\r" not in text
        and all(row.count(",") == commas for row in rows[:-1])
    )


def _split(text: str, file: object) -> tuple[list[str], list[list[str]]]:
    """The header and the fields of every row. Raises as `parse_rows` does."""
    lines = csv.reader(io.StringIO(text))
    rows = []
    try:
        header = next(lines, [])
        for row in lines:
            if len(row) != len(header):
                raise RegscopeError(
                    f"{file}: line {lines.line_num}: {len(row)} fields, and the header has"
                    f" {len(header)}"
                )
            rows.append(row)
    except csv.Error as error:
        raise RegscopeError(f"{file}: line {lines.line_num}: not CSV: {error}") from error
    if not any(header):
        raise RegscopeError(f"{file}: not a table: has no header")
    for name in header:
        if header.count(name) > 1:
            raise RegscopeError(f"{file}: has the column {name[:SHOWN]!r} twice")
    return header, rows


def check_columns(table: pd.DataFrame, columns: Iterable[str], file: Path) -> None:
    for name in columns:
        if name not in table.columns:
            raise RegscopeError(f"{file}: has no column {name}")


def check_once(table: pd.DataFrame, key: Sequence[str], file: Path) -> None:
    """Refuse a table that lacks a value of the columns `key`, or has the same ones twice."""
    check_columns(table, key, file)
    for name in key:
        if table[name].isna().any():
            raise RegscopeError(f"{file}: line {line_of(table[name].isna())}: has no {name}")
    if len(set(_rows(table, key))) < len(table):
        again = table.duplicated(list(key))
        raise RegscopeError(
            f"{file}: line {line_of(again)}: {_told(table.loc[again, list(key)].iloc[0])} is there"
            " a second time"
        )


def check_seeds(table: pd.DataFrame, key: Sequence[str], seeds: int, file: Path) -> None:
    """Refuse a table, with nothing twice by `key`, in which some of `key` but `seed` lacks one of
    the seeds from 0 on, or has one beyond them."""
    if not set(table["seed"].tolist()) <= set(range(seeds)):
        beyond = ~table["seed"].isin(range(seeds))
        seed = table.loc[beyond, "seed"].iloc[0]
        raise RegscopeError(
            f"{file}: line {line_of(beyond)}: seed = {seed}: must be one of 0 to {seeds - 1}"
        )
    others = [name for name in key if name != "seed"]
    if len(table) == seeds * (len(set(_rows(table, others))) if others else 1):
        return
    for values, rows in table.groupby(others, sort=False) if others else [((), table)]:
        missing = sorted(set(range(seeds)) - set(rows["seed"]))
        if missing:
            told = ", ".join(str(value) for value in values) or "the table"
            raise RegscopeError(
                f"{file}: {told} has {seeds - len(missing)} of the study's {seeds} seeds; the"
                f" first that it lacks is {missing[0]}"
            )


def check_cells(table: pd.DataFrame, cells: Sequence[str], file: Path, column: str = "reg") -> None:
    """Refuse a table that lacks one of the cells, or has a row of another."""
    there = set(table[column].tolist())
    if not there <= set(cells):
        other = ~table[column].isin(cells)
        raise RegscopeError(
            f"{file}: line {line_of(other)}: {column} = {table.loc[other, column].iloc[0]}: is none"
            f" of the study's: {', '.join(cells)}"
        )
    for cell in cells:
        if cell not in there:
            raise RegscopeError(f"{file}: has no row of {cell}")


def check_rows(
    table: pd.DataFrame, key: Sequence[str], wanted: Iterable[Sequence[object]], file: Path
) -> None:
    """Refuse a table that lacks some of the values of `key` that are `wanted`, or has others.

    Numbers are the same where their first nine digits are, which tables hold.
    """

    def told(values: Sequence[str]) -> str:
        return ", ".join(f"{name} {value}" for name, value in zip(key, values, strict=True))

    known = dict.fromkeys(tuple(map(_digits, values)) for values in wanted)
    rows = table[list(key)].drop_duplicates()
    found = {}
    for place, *values in rows.itertuples(name=None):
        found[tuple(map(_digits, values))] = place + 2
    for row, line in found.items():
        if row not in known:
            raise RegscopeError(f"{file}: line {line}: {told(row)}: is not in its settings")
    for row in known:
        if row not in found:
            raise RegscopeError(f"{file}: has no row of {told(row)}")


def check_alike(table: pd.DataFrame, key: Sequence[str], file: Path) -> None:
    """Refuse a table in which some cell lacks what another has, with nothing twice by `key`, `reg`
    and the rest."""
    rest = list(key[1:])
    if len(table) == len(set(table[key[0]].tolist())) * len(set(_rows(table, rest))):
        return
    everything = table[rest].drop_duplicates()
    for reg, rows in table.groupby(key[0], sort=False):
        if len(rows) < len(everything):
            found = set(rows[rest].itertuples(index=False, name=None))
            wanted = everything.itertuples(index=False, name=None)
            lacking = next(one for one in wanted if one not in found)
            told = ", ".join(f"{n} {v}" for n, v in zip(rest, lacking, strict=True))
            raise RegscopeError(f"{file}: {reg} has no row of {told}, as other cells have")


def _rows(table: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """The values of some columns, row by row."""
    return zip(*(table[name].tolist() for name in columns), strict=True)


def _check_numbers(column: pd.Series, file: Path) -> None:
    for place, value in enumerate(column):
        try:
            float(value)
        except ValueError:
            raise RegscopeError(
                f"{file}: line {place + 2}: {column.name} = {str(value)[:SHOWN]!r}: must be a"
                " number"
            ) from None
    if column.notna().any():
        raise RegscopeError(f"{file}: {column.name}: must be numbers")


def _digits(value: object) -> str:
    return f"{value:.9g}" if isinstance(value, int | float) else str(value)


def line_of(chosen: pd.Series) -> int:
    """The first chosen row's, the header's being 1."""
    return int(chosen.to_numpy().argmax()) + 2


def _told(row: pd.Series) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items())
