"""Files of tables: CSV with any usual delimiter, compressed or not, and Parquet.

Text is read as it stands: what a column holds is decided by `kinds`, by all of its values, and not
by a reader's guess at its first ones.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed, shown

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = (",", "\t", ";", "|")
COMPRESSED = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
PARQUET = b"PAR1"
MOST_BYTES = 8 << 30
"""Of a table's text once unpacked: what is larger has to be cut before."""
MOST_COLUMNS = 20_000
SAMPLE = 1 << 20
SAMPLED = 200
"""Bytes and rows at a file's head by which its delimiter and its header are told."""
INDEX = "(index)"
"""What a first column without a name is called: pandas writes the names of its rows so."""
PARQUET_INDEX = "__index_level_0__"
DECIMAL_COMMA = re.compile(r"[-+]?[\d.]*,\d+([eE][-+]?\d+)?")
WHOLE, WORD = re.compile(r"\d+", re.ASCII), re.compile(r"[^\W\d_]")
ARCHIVE, JSON = b"PK\x03\x04", (b"[{", b'{"')
MISSING = ("", "?", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL")
"""What stands for a missing value; spaces around any value do not count."""


@dataclass(frozen=True)
class Form:
    """How a text file is written; Parquet says so itself: delimiter and header are None."""

    delimiter: str | None
    header: bool | None
    encoding: str = "utf-8"


def read_table(path: Path, header: bool = True, form: Form | None = None) -> tuple[pa.Table, Form]:
    """All columns of a file, text as text without spaces around it, and how it is written.

    `form` is how it was found to be written before; else that is found out. Columns of a file
    without a header are called `1`, `2` and on.

    A first column without a name is INDEX; a last one without name and values, as a delimiter at
    the end of each line leaves it, is none.

    Raises RegscopeError, in one line that names the file, and the row where one is to blame.
    """
    content = _content(path)
    _check_kind(path, content)
    if content.startswith(PARQUET):
        if not header:
            raise RegscopeError(f"{path}: Parquet names its columns: leave --no-header out")
        return _checked_names(path, _parquet(path, content)), Form(None, None)
    text, encoding = _text(path, content)
    if not text.strip():
        # A mark of byte order alone, as an editor leaves it.
        raise RegscopeError(f"{path}: is empty")
    if form is None:
        form = Form(_delimiter(path, text), header, encoding)
    table = _csv(path, text, form)
    if form.header:
        _check_header(path, table)
    return _checked_names(path, table), form


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise RegscopeError(f"{path}: is a folder; give a file, or --pictures for pictures")
        if not path.exists():
            raise RegscopeError(f"{path}: no such file")
        if not path.is_file():
            raise RegscopeError(f"{path}: must be a file, not a pipe or a device")
        opened: Any = COMPRESSED.get(path.suffix.lower(), open)
        with opened(path, "rb") as file:
            content: bytes = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RegscopeError(f"{path}: cannot be read: {reason}") from error
    if len(content) > MOST_BYTES:
        raise RegscopeError(f"{path}: unpacks to more than {MOST_BYTES >> 30} GiB")
    if not content.strip():
        raise RegscopeError(f"{path}: is empty")
    return content


def _check_kind(path: Path, content: bytes) -> None:
    """Refuse by name what people bring in place of a table."""
    if content.startswith(ARCHIVE):
        raise RegscopeError(f"{path}: a zip archive or a workbook: save its table as CSV")
    if content.lstrip().startswith(JSON):
        raise RegscopeError(f"{path}: JSON, which is no table: save it as CSV")


def _text(path: Path, content: bytes) -> tuple[bytes, str]:
    """As UTF-8 without a mark of byte order; what is no UTF-8 is taken for Windows' Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16").encode(), "utf-16"
        except UnicodeDecodeError as error:
            raise RegscopeError(f"{path}: not whole UTF-16: {error.reason}") from error
    if (place := content.find(b"\0")) >= 0:
        line = content.count(b"\n", 0, place) + 1
        raise RegscopeError(f"{path}: line {line} holds a NUL byte: no text, and no Parquet file")
    content = content.removeprefix(b"\xef\xbb\xbf")
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    try:
        content.decode()
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252").encode(), "cp1252"
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise RegscopeError(
                f"{path}: line {line}: neither UTF-8 nor Latin-1: save it as UTF-8"
            ) from error
    return content, "utf-8"


def _delimiter(path: Path, text: bytes) -> str:
    """The one that cuts the first lines into equally many parts, the header among them: the most,
    where several do."""
    lines = text[:SAMPLE].decode(errors="ignore").lstrip("\r\n").splitlines()
    if len(text) > SAMPLE:
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


def _have_decimal_commas(rows: list[list[str]]) -> bool:
    """Whether each comma that is left in a value stands before a number's decimals."""
    values = [value.strip() for row in rows for value in row if "," in value]
    return bool(values) and all(DECIMAL_COMMA.fullmatch(value) for value in values)


def _csv(path: Path, text: bytes, form: Form) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv as reader

    assert form.delimiter is not None
    whole, text = text, text.lstrip(b"\r\n")
    lines = csv.reader(io.StringIO(_first_lines(text), newline=""), delimiter=form.delimiter)
    try:
        first = next(lines, [])
    except csv.Error as error:
        raise RegscopeError(
            f"{path}: the first line holds more than {csv.field_size_limit():,} characters in one"
            " value: a quote that is never closed, perhaps"
        ) from error
    if len(first) > MOST_COLUMNS:
        raise RegscopeError(f"{path}: {len(first):,} columns; at most {MOST_COLUMNS:,}")
    names = _names(path, first) if form.header else None
    numbers = names is not None and sum(map(_is_number, names)) > len(names) / 2
    if names is not None and numbers and not _are_names(names, _sampled(text, form.delimiter)):
        raise RegscopeError(
            f"{path}: the first line holds numbers ({listed(names[:4])}), and no names: give"
            " --no-header"
        )
    if names is not None and (again := _twice(names)):
        raise RegscopeError(f"{path}: the column {shown(again)} is there twice")
    places = [str(place + 1) for place in range(len(first))]
    wrong: list[Any] = []

    def note(row: Any) -> str:
        wrong.append(row)
        return "error"

    try:
        table = reader.read_csv(
            pa.BufferReader(text),
            reader.ReadOptions(
                column_names=places, skip_rows=1 if form.header else 0, block_size=1 << 24
            ),
            reader.ParseOptions(
                delimiter=form.delimiter, newlines_in_values=b'"' in text, invalid_row_handler=note
            ),
            reader.ConvertOptions(
                column_types={place: pa.string() for place in places},
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise RegscopeError(f"{path}: {_why(wrong, str(error), whole, form)}") from error
    if not table.num_rows:
        raise RegscopeError(f"{path}: has only a header line")
    last = [str(column[-1]) for column in table.columns]
    if text.count(b'"') % 2 and any("\n" in value for value in last):
        raise RegscopeError(f"{path}: a quote is opened and never closed: {shown(last[-1], 40)}")
    trimmed = [pc.utf8_trim_whitespace(column) for column in table.columns]
    unnamed = names is not None and len(names) > 1 and not names[-1]
    if names and unnamed and pc.all(pc.equal(trimmed[-1], "")).as_py():
        trimmed, names = trimmed[:-1], names[:-1]
    return pa.table(trimmed, names=names or places)


def _names(path: Path, first: list[str]) -> list[str]:
    """Of a header. Raises RegscopeError where one goes over several lines."""
    names = [name.strip() for name in first]
    for place, name in enumerate(names, start=1):
        if "\n" in name or "\r" in name:
            raise RegscopeError(
                f"{path}: the name of column {place} goes over several lines: write it in one"
            )
    if len(names) > 1 and not names[0]:
        names[0] = INDEX
    return names


def _sampled(text: bytes, delimiter: str) -> list[list[str]]:
    """The first rows below the header, values without spaces around them."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(_first_lines(text), newline=""), delimiter=delimiter):
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
    numbers = [place for place, name in enumerate(names) if WHOLE.fullmatch(name)]
    words = [
        place
        for place, name in enumerate(names)
        if place not in numbers and name not in ("", INDEX)
    ]
    if not columns or _twice(names) or any(names[place] in columns[place] for place in words):
        return False
    if any(_is_number(names[place]) or names[place] in MISSING for place in words):
        return False
    if any(_all_numbers(columns[place]) and WORD.search(names[place]) for place in words):
        return True
    counted = [int(names[place]) for place in numbers]
    below = [rows[0][place] for place in numbers]
    return (
        len(counted) > 1
        and counted in (list(range(len(counted))), list(range(1, len(counted) + 1)))
        and any(value not in MISSING and not WHOLE.fullmatch(value) for value in below)
    )


def _all_numbers(values: Sequence[str]) -> bool:
    there = [value for value in values if value not in MISSING]
    return bool(there) and all(map(_is_number, there))


def _why(wrong: list[Any], said: str, text: bytes, form: Form) -> str:
    if wrong:
        row = wrong[0]
        line = _line_of(text, row.text)
        where = f"line {line}" if line else f"row {row.number}" if row.number else "a row"
        why = "; a quote is not closed there" if row.text.count('"') % 2 == 1 else ""
        if form.header and _all_one_longer(text, row.expected_columns, form.delimiter):
            why = ": name the first column, or take the delimiter at the lines' ends out"
        return (
            f"{where} has {row.actual_columns} values, and the first has"
            f" {row.expected_columns}{why}: {shown(row.text, 40)}"
        )
    if "straddling" in said:
        return "a value is longer than 16 MB: a quote that is never closed, perhaps"
    return f"not a table: {said.partition(':')[2].strip() or said}"


def _all_one_longer(text: bytes, columns: int, delimiter: str | None) -> bool:
    """Whether the rows have a value more than the header has names: by the first ones."""
    lines = csv.reader(io.StringIO(_first_lines(text.lstrip(b"\r\n"))), delimiter=delimiter or ",")
    try:
        rows = [row for row in islice(lines, 1, 4) if row]
    except csv.Error:
        return False
    return len(rows) > 1 and all(len(row) == columns + 1 for row in rows)


def _line_of(text: bytes, row: str) -> int:
    place = text.find(row.rstrip("\r\n").encode())
    return text.count(b"\n", 0, place) + 1 if place >= 0 else 0


def _first_lines(text: bytes) -> str:
    """Enough to hold the header, whose names may hold line ends."""
    return text[: max(SAMPLE, text.find(b"\n") + 1)].decode(errors="ignore")


def _check_header(path: Path, table: pa.Table) -> None:
    """Refuse a header that comes again, and one behind another."""
    names = table.column_names
    first = [str(column[0]) for column in table.columns]
    if [value.casefold() for value in first] == [name.casefold() for name in names]:
        raise RegscopeError(f"{path}: the header stands there twice: take line 2 out")
    if len(names) > 1 and table.num_rows > 1:
        second = [str(column[1]) for column in table.columns]
        texts = [not _is_number(value) and value not in MISSING for value in first]
        numbers = [_is_number(value) for value in second]
        if all(texts) and sum(numbers) > len(names) / 2:
            raise RegscopeError(
                f"{path}: line 2 looks like another header ({listed(first[:4])}): take one out"
            )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _twice(names: list[str]) -> str:
    return next((name for name, often in Counter(names).items() if often > 1), "")


def _parquet(path: Path, content: bytes) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

    try:
        names = parquet.read_schema(pa.BufferReader(content)).names
        names = [INDEX if name == PARQUET_INDEX else name for name in names]
        if len(names) > MOST_COLUMNS:
            raise RegscopeError(f"{path}: {len(names):,} columns; at most {MOST_COLUMNS:,}")
        if again := _twice(names):
            raise RegscopeError(f"{path}: the column {shown(again)} is there twice")
        table = parquet.read_table(pa.BufferReader(content))
    except (pa.ArrowInvalid, OSError) as error:
        raise RegscopeError(f"{path}: not a whole Parquet file: {str(error)[:80]}") from error
    if not table.num_rows:
        raise RegscopeError(f"{path}: has no rows")
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    columns = []
    for column in table.columns:
        kind = column.type
        if pa.types.is_dictionary(kind):
            column, kind = column.cast(kind.value_type), kind.value_type
        if any(is_text(kind) for is_text in texts):
            column = pc.utf8_trim_whitespace(pc.fill_null(column.cast(pa.string()), ""))
        elif pa.types.is_boolean(kind):
            column = pc.fill_null(column.cast(pa.string()), "")
        columns.append(column)
    return pa.table(columns, names=names)


def _checked_names(path: Path, table: pa.Table) -> pa.Table:
    for place, name in enumerate(table.column_names, start=1):
        if not name or not name.isprintable():
            raise RegscopeError(f"{path}: column {place} has no name that can be read: name it")
    return table
