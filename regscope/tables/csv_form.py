"""How a CSV file is written: what cuts its lines, and whether the first one names its columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed
from regscope.tables.marks import INDEX, MISSING, is_number, twice
from regscope.tables.text import HEAD

DELIMITERS = (",", "\t", ";", "|")
SAMPLED = 200
"""Rows at a file's head by which its delimiter and its header are told."""
DECIMAL_COMMA = re.compile(r"[-+]?[\d.]*,\d+([eE][-+]?\d+)?")
WHOLE, WORD = re.compile(r"\d+", re.ASCII), re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Form:
    """How a text file is written; Parquet says so itself: both are None."""

    delimiter: str | None
    header: bool | None


def delimiter_of(path: Path, head: bytes) -> str:
    """The one that cuts the first lines into equally many parts, the header among them: the most,
    where several do."""
    lines = head.decode(errors="ignore").splitlines()
    if len(head) >= HEAD:
        lines = lines[:-1] or lines
    found: dict[str, list[list[str]]] = {}
    widths: dict[str, int] = {}
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(lines[:SAMPLED], delimiter=delimiter) if row]
        except csv.Error:
            continue
        (width, often), *_ = Counter(map(len, rows)).most_common(1) or [(0, 0)]
        if width > 1 and often >= 0.9 * len(rows):
            found[delimiter], widths[delimiter] = rows, width
    if not found:
        if any(delimiter in lines[0] for delimiter in DELIMITERS):
            # Whatever it is, the reader then says where rows are of another length.
            return max(DELIMITERS, key=lines[0].count)
        return ","
    tab = path.name.lower().partition(".")[2].startswith("tsv")
    decimal = any(_have_decimal_commas(rows) for one, rows in found.items() if one != ",")

    def rank(one: str) -> tuple[bool, bool, bool, bool, int]:
        first = len(found[one][0])
        return (
            tab and one == "\t", first == widths[one], first > 1, not (decimal and one == ","),
            widths[one],
        )  # fmt: skip

    return max(found, key=rank)


def first_row(head: bytes, delimiter: str) -> list[str]:
    """Raises RegscopeError where it cannot be cut."""
    try:
        return next(_rows(head, delimiter), [])
    except csv.Error as error:
        raise RegscopeError(
            f"the first line holds more than {csv.field_size_limit():,} characters in one value: a"
            " quote that is never closed, perhaps"
        ) from error


def header_names(first: Sequence[str], head: bytes, delimiter: str) -> list[str]:
    """What the first row, which is given beside the file's head, calls the columns.

    Raises RegscopeError where a name goes over several lines, and where they are numbers for the
    most part and no names.
    """
    names = [name.strip() for name in first]
    for place, name in enumerate(names, start=1):
        if "\n" in name or "\r" in name:
            raise RegscopeError(
                f"the name of column {place} goes over several lines: write it in one"
            )
    if len(names) > 1 and not names[0]:
        names[0] = INDEX
    numbers = sum(map(is_number, names)) > len(names) / 2
    if numbers and not _are_names(names, _sampled(head, delimiter)):
        raise RegscopeError(
            f"the first line holds numbers ({listed(names[:4])}), and no names: give --no-header"
        )
    return names


def check_header(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Refuse a header that comes again, and one behind another: by the first two rows below it."""
    first = rows[0]
    if [value.casefold() for value in first] == [name.casefold() for name in names]:
        raise RegscopeError("the header stands there twice: take line 2 out")
    if len(names) > 1 and len(rows) > 1:
        texts = [not is_number(value) and value not in MISSING for value in first]
        if all(texts) and sum(map(is_number, rows[1])) > len(names) / 2:
            raise RegscopeError(
                f"line 2 looks like another header ({listed(first[:4])}): take one out"
            )


def all_one_longer(head: bytes, columns: int, delimiter: str) -> bool:
    """Whether the rows have a value more than the header has names: by the first ones."""
    try:
        rows = [row for row in islice(_rows(head, delimiter), 1, 4) if row]
    except csv.Error:
        return False
    return len(rows) > 1 and all(len(row) == columns + 1 for row in rows)


def _rows(head: bytes, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(head.decode(errors="ignore"), newline=""), delimiter=delimiter)


def _have_decimal_commas(rows: list[list[str]]) -> bool:
    """Whether each comma that is left in a value stands before a number's decimals."""
    values = [value.strip() for row in rows for value in row if "," in value]
    return bool(values) and all(DECIMAL_COMMA.fullmatch(value) for value in values)


def _sampled(head: bytes, delimiter: str) -> list[list[str]]:
    """The first rows below the header, values without spaces around them."""
    rows: list[list[str]] = []
    try:
        for row in _rows(head, delimiter):
            rows += [[value.strip() for value in row]] if row else []
            if len(rows) > SAMPLED:
                break
    except csv.Error:
        # The reader says what is wrong there.
        return rows[1:]
    return rows[1:]


def _are_names(names: list[str], rows: list[list[str]]) -> bool:
    """Whether a line that holds numbers for the most part is a header all the same.

    Its names must be distinct, and what is a number among them whole: places, as pandas numbers
    columns, or years. Then they are names where a word stands above numbers, or where they count
    from 0 or 1 and what is below the first of them is not whole.
    """
    rows = [row for row in rows if len(row) == len(names)]
    columns = list(zip(*rows, strict=True))
    numbers = {place for place, name in enumerate(names) if WHOLE.fullmatch(name)}
    words = [
        place
        for place, name in enumerate(names)
        if place not in numbers and name not in ("", INDEX)
    ]
    if not columns or twice(names) or any(names[place] in columns[place] for place in words):
        return False
    if any(is_number(names[place]) or names[place] in MISSING for place in words):
        return False
    if any(_all_numbers(columns[place]) and WORD.search(names[place]) for place in words):
        return True
    counted = [int(names[place]) for place in sorted(numbers)]
    below = [rows[0][place] for place in sorted(numbers)]
    return (
        len(counted) > 1
        and counted in (list(range(len(counted))), list(range(1, len(counted) + 1)))
        and any(value not in MISSING and not WHOLE.fullmatch(value) for value in below)
    )


def _all_numbers(values: Sequence[str]) -> bool:
    there = [value for value in values if value not in MISSING]
    return bool(there) and all(map(is_number, there))
