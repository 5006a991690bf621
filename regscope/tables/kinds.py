"""What a column of a table holds, told by all of its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed, shown
from regscope.tables.marks import MISSING, is_number

if TYPE_CHECKING:
    import pyarrow as pa

ColumnKind = Literal["number", "category", "date", "text"]

FEW, MOST_CATEGORIES, TOLD_OFTEN = 100, 1000, 10
"""Text of so few different values is a category; or of so many, where each comes so often, in the
mean."""

THOUSANDS = r"^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$"
DECIMAL_COMMA = r"^[-+]?\d+,\d+$"
DATE = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$"
EPOCH = "2000-01-01"
"""Dates are days from it."""
OTHER_DATE = r"\d{1,2}[./-]\d{1,2}[./-](\d{2}|\d{4})([ T]\d{1,2}:\d{2}.*)?"
AROUND = r"[-+]?(?P<before>[^\d\s.+-]{0,3} ?)[-+]?\d[\d.,]*(?P<behind> ?[^\d\s.,]{0,3})"
"""Of text: dates that can be read in two ways, and numbers with a sign or unit beside them."""
CURRENCIES = frozenset("$€£¥₹₩₽₺₪฿₫") | {"USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "US$"}
LARGEST = 1e15
"""In size: squares of larger numbers, summed, are beyond single precision."""


@dataclass(frozen=True)
class Held:
    """What a column holds: `values` float64 `[N]`, nan where missing, of numbers and dates; or
    `codes` int64 `[N]` into `categories`, -1 where missing, of all else."""

    name: str
    kind: ColumnKind
    missing: int
    values: np.ndarray | None = None
    codes: np.ndarray | None = None
    categories: tuple[str, ...] = ()

    @property
    def distinct(self) -> int:
        """Different values, missing ones not counted."""
        if self.codes is not None:
            return len(self.categories)
        assert self.values is not None
        return len(np.unique(self.values[~np.isnan(self.values)]))


def held(name: str, column: pa.ChunkedArray, asked: ColumnKind | None = None) -> Held:
    """What a column holds, as `asked` or as its values say.

    Raises RegscopeError, naming the column, where its numbers are written so that they could be
    read in two ways, are infinite, or are none and were asked for.
    """
    import pyarrow as pa

    column = as_text(column)
    if pa.types.is_string(column.type):
        return _of_text(name, column, asked)
    values = _typed(name, column)
    if values is None:
        if asked not in (None, "text"):
            raise RegscopeError(f"column {name}: {column.type}, which is no {asked}")
        return Held(name, "text", column.null_count, codes=np.zeros(len(column), np.int64) - 1)
    if asked in ("category", "text"):
        import pyarrow.compute as pc

        return _coded(name, pc.fill_null(column.cast(pa.string()), ""), asked)
    kind: ColumnKind = "date" if _is_date(column) else "number"
    return Held(name, kind, int(np.isnan(values).sum()), values=_finite(name, values))


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text in place of a dictionary of words; other columns as they are."""
    import pyarrow as pa

    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _of_text(name: str, column: pa.ChunkedArray, asked: ColumnKind | None) -> Held:
    if asked in ("category", "text"):
        return _coded(name, column, asked)
    numbers = _numbers(column)
    nothing = _known(column).null_count == len(column)
    if numbers is not None and (asked != "date" or nothing):
        return Held(name, "number", int(np.isnan(numbers).sum()), values=_finite(name, numbers))
    if asked == "number":
        wrong = _first_not(column, _is_no_number)
        raise RegscopeError(f"column {name}: {shown(wrong)} is no number")
    dates = _dates(column)
    if dates is not None:
        return Held(name, "date", int(np.isnan(dates).sum()), values=dates)
    if asked == "date":
        raise RegscopeError(f"column {name}: not dates as 2026-11-29 or 2026-11-29 13:45")
    _refuse_written_numbers(name, column)
    return _coded(name, column, None)


def _coded(name: str, column: pa.ChunkedArray, asked: ColumnKind | None) -> Held:
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words = encoded.dictionary.to_pylist()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    kept = in_order([word for word in words if word not in MISSING])
    order = {word: place for place, word in enumerate(kept)}
    places = np.array([order.get(word, -1) for word in words] + [-1], np.int64)
    codes = places[codes]
    missing = int((codes < 0).sum())
    known = len(codes) - missing
    few = len(kept) <= min(FEW, max(2, known // 2))
    often = len(kept) <= MOST_CATEGORIES and known >= TOLD_OFTEN * len(kept)
    kind: ColumnKind = asked or ("category" if few or often else "text")
    return Held(name, kind, missing, codes=codes, categories=tuple(kept))


def in_order(words: list[str]) -> list[str]:
    """Sorted: numbers by their size, where all are."""
    try:
        return sorted(words, key=lambda word: (float(word), word))
    except ValueError:
        return sorted(words)


def _known(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """With null in place of what stands for a missing value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    missing = pc.is_in(column, value_set=pa.array(MISSING))
    return pc.if_else(missing, pa.scalar(None, pa.string()), column)


def _numbers(column: pa.ChunkedArray) -> np.ndarray | None:
    """None where a value that is there is no number; nan of a column without any value, too."""
    import pyarrow as pa

    try:
        values = _known(column).cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    return _array(values)


def _dates(column: pa.ChunkedArray) -> np.ndarray | None:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    known = _known(column)
    if not pc.all(pc.match_substring_regex(known, DATE)).as_py():
        return None
    words = known.combine_chunks().dictionary_encode()
    if isinstance(words, pa.ChunkedArray):
        words = words.combine_chunks()
    read = pd.to_datetime(
        pd.Series(words.dictionary.to_pylist()), format="mixed", errors="coerce", utc=True
    )
    if read.isna().any():
        return None
    days = _days(read.dt.tz_localize(None).to_numpy())
    codes = pc.fill_null(words.indices, -1).to_numpy(zero_copy_only=False)
    found: np.ndarray = np.append(days, np.nan)[codes]
    return found


def _days(times: np.ndarray) -> np.ndarray:
    since = times.astype("datetime64[us]") - np.datetime64(EPOCH, "us")
    days: np.ndarray = since.astype("float64") / 86_400e6
    days[np.isnat(times)] = np.nan
    return days


def _typed(name: str, column: pa.ChunkedArray) -> np.ndarray | None:
    """Numbers and dates of a file that has types; None of what is neither."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    # Nanoseconds are cut off; a year that microseconds do not reach is refused.
    to_microseconds = pc.CastOptions(pa.timestamp("us"), allow_time_truncate=True)
    try:
        if _is_date(column):
            stamps = column.cast(options=to_microseconds).combine_chunks()
            return _days(np.asarray(stamps.to_numpy(zero_copy_only=False), "datetime64[us]"))
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            return _array(column.cast(pa.float64(), safe=False))
    except pa.ArrowInvalid as error:
        raise RegscopeError(f"column {name}: {error}") from error
    return None


def _is_date(column: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_date(column.type) or pa.types.is_timestamp(column.type))


def _array(values: pa.ChunkedArray) -> np.ndarray:
    # A copy: what pyarrow gives may not be written to.
    return np.array(values.to_numpy(), np.float64)


def _finite(name: str, values: np.ndarray) -> np.ndarray:
    if (infinite := np.isinf(values)).any():
        raise RegscopeError(
            f"column {name}: {values[infinite][0]:g} in {int(infinite.sum())} rows, the first"
            f" {int(infinite.argmax()) + 1}: every number must be finite, or left empty"
        )
    return values


def check_size(found: Held, remedy: str = "") -> None:
    """Raises RegscopeError, naming the column, where its numbers are too large to be trained on."""
    name = found.name
    if found.values is None or np.isnan(found.values).all():
        return
    if (largest := float(np.nanmax(np.abs(found.values)))) > LARGEST:
        raise RegscopeError(
            f"column {name}: numbers up to {largest:.2g} in size; at most {LARGEST:g}:"
            f" {remedy or f'scale them, or say what they are: --category {name} or --drop {name}'}"
        )


def missing_targets(target: str, missing: np.ndarray) -> str:
    """What is said where rows have no target: `missing` is bool `[N]`."""
    rows = np.flatnonzero(missing) + 1
    return (
        f"column {target}: missing in {len(rows)} rows ({listed(rows.tolist(), most=40)}, from 1):"
        " what has no target teaches nothing: take them out"
    )


def could_be(found: Held) -> str:
    """What text or categories could be that is read as such, and how it is read; empty where
    nothing is to be said."""
    if not found.categories:
        return ""
    if all(re.fullmatch(OTHER_DATE, word) for word in found.categories):
        return "dates? Write them as 2026-11-29"
    if _are_numbers_with_something_around(found.categories):
        return "numbers? Write them without what stands around them"
    if words := apart_from_numbers(found):
        return (
            f"numbers but for {listed(words)}? Where that stands for a missing value, leave it"
            " empty"
        )
    return ""


def _are_numbers_with_something_around(words: Sequence[str]) -> bool:
    """Money, percents, or one and the same unit behind each: codes as A12 are none."""
    parts = [re.fullmatch(AROUND, word) for word in words]
    before = {part["before"].strip() for part in parts if part}
    behind = {part["behind"].strip() for part in parts if part} - {""}
    money = {sign for sign in before | behind if sign in CURRENCIES}
    if not all(parts) or before - money - {""} or len(behind - money) > 1:
        return False
    return bool((before | behind) - {""})


def apart_from_numbers(found: Held) -> list[str]:
    """The one or two words among categories that are numbers else, of which there are more."""
    words = [word for word in found.categories if not is_number(word)]
    return words if 0 < len(words) <= 2 and len(found.categories) >= 2 * len(words) + 1 else []


def _refuse_written_numbers(name: str, column: pa.ChunkedArray) -> None:
    """Text that is numbers throughout, in a way that another reader takes for other numbers."""
    import pyarrow.compute as pc

    known = _known(column)
    if known.null_count == len(known):
        return
    plain = pc.match_substring_regex(known, r"^[-+]?\d+(\.\d+)?$")
    for pattern, how, remedy in (
        (THOUSANDS, "thousands separators", "write them without"),
        (DECIMAL_COMMA, "decimal commas", "write points"),
    ):
        written = pc.match_substring_regex(known, pattern)
        if pc.all(pc.or_(written, plain)).as_py() and pc.any(written).as_py():
            example = next(
                value.as_py() for value, so in zip(known, written, strict=True) if so.as_py()
            )
            raise RegscopeError(
                f"column {name}: {shown(example)}: numbers with {how}: {remedy}, or say what the"
                f" column is: --category {name} or --drop {name}"
            )


def _is_no_number(word: str) -> bool:
    return not is_number(word) and word not in MISSING


def _first_not(column: pa.ChunkedArray, wrong: Any) -> str:
    words: list[str] = column.to_pylist()
    return next(word for word in words if wrong(word))
