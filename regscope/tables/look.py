"""A table looked at: which columns are read, which are left out and why, and what is odd."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed, shown
from regscope.tables.kinds import (
    ColumnKind,
    Held,
    as_text,
    check_size,
    could_be,
    held,
    missing_targets,
)
from regscope.tables.leaks import leaks
from regscope.tables.marks import INDEX

if TYPE_CHECKING:
    import pyarrow as pa

ASKED_ABOUT = 50
"""Classes from which on a person is asked whether the target is a number."""

FEWEST_ROWS = 5
"""Rows that each class must have, or it is asked about."""

FEW_NUMBERS = 10
"""So many different whole numbers are classes; more are asked about, up to ASKED_ABOUT."""

AN_INDEX, NUMBERS_ROWS = "without a name, as an index", "numbers the rows"
"""Why a column is left out that only tells rows apart."""

COARSE = 0.01
"""Single precision moves a column's numbers by more than this part of their spread (means of
sizes): an owner is told."""

TWINS = 200_000
"""Rows among which those that come twice are counted."""


@dataclass(frozen=True)
class Seen:
    """`columns` are read; `left_out` says of others why not. `twins` rows are there already."""

    target: Held
    columns: tuple[Held, ...]
    left_out: Mapping[str, str]
    twins: int

    @property
    def rows(self) -> int:
        whole = self.target.codes if self.target.codes is not None else self.target.values
        assert whole is not None
        return len(whole)


@dataclass(frozen=True)
class Asked:
    """What a person said of a table: what its target is, and of columns what they are."""

    task: str | None = None
    kinds: Mapping[str, ColumnKind] | None = None
    drop: Collection[str] = ()
    keep: Collection[str] = ()
    aside: Collection[str] = ()
    """Columns that splits go by, which networks do not read."""


def look(table: dict[str, pa.ChunkedArray], target: str, asked: Asked) -> Seen:
    """`table` is emptied on the way, so that a large one is in memory once: read, or held.

    Raises RegscopeError where there is no such column, nothing to tell or nothing to read, and
    where a column was asked to be two things.
    """
    for name in (target, *asked.drop, *asked.keep, *asked.aside, *(asked.kinds or {})):
        named(table, name)
    _check_asked(target, asked)
    told = target_of(target, table[target], asked.task)
    twins = Twins()
    columns: list[Held] = []
    left_out = dict.fromkeys(asked.drop, "as asked") | dict.fromkeys(asked.aside, "splits go by it")
    for name in list(table):
        column = table.pop(name)
        if name == target or name in left_out:
            twins.look_at(column.slice(0, TWINS))
            continue
        found = held(name, column, (asked.kinds or {}).get(name))
        if name in asked.keep:
            columns.append(_kept(column, found))
        elif why := _useless(found):
            left_out[name] = why
        else:
            check_size(found)
            columns.append(found)
        if left_out.get(name) not in (AN_INDEX, NUMBERS_ROWS):
            twins.look_at(column.slice(0, TWINS))
    if not columns and not left_out:
        raise RegscopeError(f"column {target}: the only one: there is nothing to tell it from")
    giving = {name: why for name, why in leaks(columns, told).items() if name not in asked.keep}
    left_out |= giving
    columns = [column for column in columns if column.name not in giving]
    if not columns:
        reasons = "; ".join(f"{name}: {why}" for name, why in left_out.items())
        raise RegscopeError(f"no column is left to tell {target} from ({reasons}): --keep one")
    return Seen(told, tuple(columns), left_out, twins.count)


def _check_asked(target: str, asked: Asked) -> None:
    options = {
        "--drop": asked.drop, "--keep": asked.keep, "--category": asked.kinds or {},
        "--group or --time": asked.aside,
    }  # fmt: skip
    for option, names in options.items():
        if target in names:
            remedy = ": say --task classes" if option == "--category" else ""
            raise RegscopeError(f"{option} {target}: is the target{remedy}")
    for option in ("--keep", "--group or --time"):
        if both := set(asked.drop) & set(options[option]):
            raise RegscopeError(f"--drop {min(both)}: and {option}: one of both")


def _kept(column: pa.ChunkedArray, found: Held) -> Held:
    """A column that is read although it looks useless; text as categories."""
    if found.kind == "text":
        found = held(found.name, column, "category")
    check_size(found)
    return found


def named(names: Collection[str], name: str) -> str:
    """Raises RegscopeError with the nearest names where a table has no such column."""
    if len(names) == 1 and name not in names:
        raise RegscopeError(
            f"column {shown(name)}: not there; the only column is {listed(names)}: values are cut"
            " by commas, tabs, semicolons or bars"
        )
    if name not in names:
        raise RegscopeError(f"column {shown(name)}: not there; columns: {listed(names, near=name)}")
    return name


def target_of(name: str, column: pa.ChunkedArray, task: str | None) -> Held:
    """The target as classes or as numbers.

    Raises RegscopeError where it is missing in a row, is one class or number alone, or where it is
    not plain which of both it is and `task` does not say.
    """
    found = held(name, column, None if task is None else _KINDS[task])
    if found.kind == "date":
        raise RegscopeError(f"column {name}: dates, which are no target: give it as a number")
    if found.kind == "number" and task is None:
        found = _classes_or_numbers(column, found)
    elif found.kind == "text":
        found = held(name, column, "category")
    whole = found.values if found.values is not None else found.codes
    assert whole is not None
    missing = np.isnan(whole) if found.values is not None else whole < 0
    if missing.all():
        raise RegscopeError(f"column {name}: missing in every row")
    if missing.any():
        raise RegscopeError(missing_targets(name, missing))
    if found.distinct < 2:
        value = found.categories[0] if found.categories else f"{whole[0]:g}"
        raise RegscopeError(f"column {name}: {shown(value)} in every row: nothing to tell apart")
    if found.codes is None:
        check_size(found, "scale them")
    else:
        _check_classes(found, task)
    return found


_KINDS: dict[str, ColumnKind] = {"classes": "category", "number": "number"}


def _classes_or_numbers(column: pa.ChunkedArray, found: Held) -> Held:
    assert found.values is not None
    name = found.name
    there = found.values[~np.isnan(found.values)]
    whole = bool((there == np.floor(there)).all())
    if not whole or found.distinct > ASKED_ABOUT:
        return found
    if found.distinct > FEW_NUMBERS:
        raise RegscopeError(
            f"column {name}: {found.distinct} different whole numbers: classes or a number? Say"
            " --task number or --task classes"
        )
    found = held(name, column, "category")
    for one, other in pairwise(found.categories):
        if float(one) == float(other):
            raise RegscopeError(
                f"column {name}: {one} and {other} are one number, written in two ways: write it in"
                " one, or say --task classes"
            )
    return found


def _check_classes(found: Held, task: str | None) -> None:
    assert found.codes is not None
    counts = np.bincount(found.codes[found.codes >= 0], minlength=len(found.categories))
    least = int(counts.argmin())
    if counts[least] < 2:
        ones = [found.categories[place] for place in np.flatnonzero(counts < 2)]
        if len(ones) == len(counts):
            raise RegscopeError(
                f"column {found.name}: another value in every row: nothing to learn from"
            )
        raise RegscopeError(
            f"column {found.name}: classes with one row: {listed(ones, most=60)}: join them with"
            " others, or take them out"
        )
    if task is not None:
        return
    if len(counts) > ASKED_ABOUT:
        raise RegscopeError(
            f"column {found.name}: {len(counts)} classes: is it a number? Say --task number or"
            " --task classes"
        )
    if counts[least] < FEWEST_ROWS:
        raise RegscopeError(
            f"column {found.name}: class {shown(found.categories[least])} has {counts[least]} rows:"
            " is it a number? Say --task number, or --task classes to go on"
        )


def _useless(found: Held) -> str | None:
    """Why nothing can be learned from a column, whatever the target is."""
    if found.name == INDEX:
        return AN_INDEX
    if found.kind == "text":
        if not found.categories:
            return "of no kind that is read"
        hint = could_be(found)
        return f"text, {found.distinct:,} different values{hint and f': {hint}'}"
    if found.distinct == 0:
        return "has no value"
    check_size(found)
    if found.distinct == 1 and not found.missing:
        return "the same in every row"
    if found.values is not None and _numbers_rows(found.values):
        return NUMBERS_ROWS
    return None


def _numbers_rows(values: np.ndarray) -> bool:
    """Whole numbers without a gap, one a row, in whatever order."""
    if np.isnan(values).any() or len(values) < FEWEST_ROWS:
        return False
    first = values.min()
    return bool(
        values.max() - first == len(values) - 1
        and len(np.unique(values)) == len(values)
        and first == np.floor(first)
    )


class Twins:
    """How many rows are like an earlier one in every column that was looked at; lists and the like
    do not count."""

    def __init__(self) -> None:
        # Of every row the place among the different ones so far.
        self._places = np.zeros(0, np.int64)
        self._different = 0

    @property
    def count(self) -> int:
        return len(self._places) - self._different

    def look_at(self, column: pa.ChunkedArray) -> None:
        import pyarrow as pa

        if pa.types.is_nested(column.type) or (self._different and not self.count):
            return
        if pa.types.is_float16(column.type):
            # Of which pyarrow makes no dictionary.
            column = column.cast(pa.float32())
        words = as_text(column).dictionary_encode("encode").combine_chunks().indices
        joined = words.to_numpy().astype(np.int64)
        if self._different:
            joined += self._places * (int(joined.max()) + 1)
        found, self._places = np.unique(joined, return_inverse=True)
        self._different = len(found)


def odd(seen: Seen, has_test: bool = False) -> Iterator[str]:
    """What an owner should look at, a line each; with a test file none of these rows tests."""
    for name, why in seen.left_out.items():
        if why.startswith("tells "):
            yield f"column {name} {why}: left out; to have it all the same: --keep {name}"
        elif "? " in why:
            yield f"column {name}: left out; {why}"
    for column in seen.columns:
        if column.kind == "category" and (hint := could_be(column)):
            yield f"column {column.name}: read as names; {hint}"
        if coarse := _too_fine(column):
            yield coarse
    if seen.twins:
        are = "row is" if seen.twins == 1 else "rows are"
        what = "they count twice" if has_test else "some may train and test"
        yield f"{seen.twins:,} {are} there already: {what}"
    if len(seen.columns) > seen.rows:
        yield f"{len(seen.columns):,} columns and {seen.rows:,} rows: easily learned by heart"


def _too_fine(column: Held) -> str:
    """What is said of numbers that lie so close together that single precision joins them."""
    if column.values is None:
        return ""
    there = column.values[~np.isnan(column.values)]
    single = there.astype(np.float32)
    # Not by the squares, which underflow of small numbers.
    if not np.abs(single - there).mean() > COARSE * np.abs(there - there.mean()).mean():
        return ""
    few = len(np.unique(single))
    lost = (
        f"{column.distinct:,} different numbers, {few:,} in single precision, which networks read"
    )
    if column.kind == "date":
        return f"column {column.name}: {lost}: give it as a number, in seconds from a start"
    return f"column {column.name}: {lost}: subtract an offset, as {np.floor(there.min()):.0f}"


def described(seen: Seen) -> Sequence[str]:
    """What was seen, a line each."""
    lines = [f"{seen.rows:,} rows; target {seen.target.name}: {_target(seen.target)}"]
    for kind in ("number", "date", "category"):
        own = [column for column in seen.columns if column.kind == kind]
        if own:
            names = listed([_column(column, seen.rows) for column in own], most=200)
            plural = "" if len(own) == 1 else "s"
            lines.append(f"{len(own):,} column{plural} of {_PLURALS[kind]}: {names}")
    plain = {
        name: why
        for name, why in seen.left_out.items()
        if not why.startswith("tells ") and "? " not in why
    }
    if plain:
        lines.append(
            "left out: " + listed([f"{name} ({why})" for name, why in plain.items()], most=200)
        )
    return lines


_PLURALS = {"number": "numbers", "date": "dates", "category": "categories"}


def _column(column: Held, rows: int) -> str:
    parts = [f"{len(column.categories)} values"] if column.kind == "category" else []
    if column.missing:
        parts.append(f"{column.missing / rows:.1%} missing")
    return f"{column.name} ({', '.join(parts)})" if parts else column.name


def _target(target: Held) -> str:
    if target.codes is not None:
        counts = np.bincount(target.codes, minlength=len(target.categories))
        order = np.argsort(-counts, kind="stable")
        shares = [
            f"{target.categories[place]} {counts[place] / counts.sum():.1%}" for place in order
        ]
        return f"{len(counts)} classes, {listed(shares, most=120)}"
    assert target.values is not None
    low, middle, high = np.percentile(target.values, [0, 50, 100])
    return f"a number, {low:g} to {high:g}, median {middle:g}, deviation {target.values.std():.4g}"
