"""Tables as CSV, read block by block: of every column the words, and which of them each row has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base.errors import RegscopeError
from regscope.base.lines import shown
from regscope.tables.csv_form import (
    Form,
    all_one_longer,
    check_header,
    delimiter_of,
    first_row,
    header_names,
)
from regscope.tables.marks import check_columns, twice
from regscope.tables.text import Text, examined

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 1 << 24
"""Bytes that are read at a time, and the most that a value may have."""


def read_csv(path: Path, header: bool, form: Form | None) -> tuple[pa.Table, Form]:
    """As `read_table` has it, whatever the columns are called. Raises RegscopeError."""
    text = examined(path)
    head = text.head()
    form = form or Form(delimiter_of(path, head), header)
    assert form.delimiter is not None
    first = first_row(head, form.delimiter)
    places = [str(place + 1) for place in range(len(first))]
    check_columns(places)
    names = header_names(first, head, form.delimiter) if form.header else None
    if names and (again := twice(names)):
        raise RegscopeError(
            f"the column {shown(again)} is there twice: name them apart, or give --no-header where"
            " the first line holds values"
        )
    table = _read(text, head, form, places)
    if not table.num_rows:
        raise RegscopeError("has only a header line")
    if names is None:
        return table, form
    if len(names) > 1 and not names[-1] and _is_blank(table.columns[-1]):
        table, names = table.remove_column(len(names) - 1), names[:-1]
    first = [column.slice(0, 2).to_pylist() for column in table.columns]
    check_header(names, list(zip(*first, strict=True)))
    return table.rename_columns(names), form


def _read(text: Text, head: bytes, form: Form, places: list[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    # Half of the memory of text, and less: most values come again within a block.
    words = pa.dictionary(pa.int32(), pa.string())
    wrong: list[Any] = []

    def note(row: Any) -> str:
        wrong.append(row)
        return "error"

    read = csv.ReadOptions(column_names=places, skip_rows=1 if form.header else 0, block_size=BLOCK)
    parsed = csv.ParseOptions(
        delimiter=form.delimiter, newlines_in_values=text.quotes > 0, invalid_row_handler=note
    )
    converted = csv.ConvertOptions(
        column_types=dict.fromkeys(places, words), strings_can_be_null=False
    )
    schema = pa.schema([(place, words) for place in places])
    blocks = []
    try:
        with text.stream() as stream:
            for block in csv.open_csv(stream, read, parsed, converted):
                trimmed = [
                    pa.DictionaryArray.from_arrays(
                        column.indices, pc.utf8_trim_whitespace(column.dictionary)
                    )
                    for column in block.columns
                ]
                blocks.append(pa.record_batch(trimmed, schema=schema))
    except pa.ArrowInvalid as error:
        raise RegscopeError(_why(wrong, str(error), text, head, form)) from error
    if text.quotes % 2 and blocks:
        last = [str(column[-1]) for column in block.columns]
        if any("\n" in value for value in last):
            raise RegscopeError(f"a quote is opened and never closed: {shown(last[-1], 40)}")
    return pa.Table.from_batches(blocks, schema)


def _is_blank(column: pa.ChunkedArray) -> bool:
    return all(not any(block.dictionary.to_pylist()) for block in column.chunks)


def _why(wrong: list[Any], said: str, text: Text, head: bytes, form: Form) -> str:
    if wrong:
        row = wrong[0]
        line = text.line_of(row.text)
        where = f"line {line}" if line else f"row {row.number}" if row.number else "a row"
        why = "; a quote is not closed there" if row.text.count('"') % 2 == 1 else ""
        if form.header and all_one_longer(head, row.expected_columns, form.delimiter or ","):
            why = ": name the first column, or take the delimiter at the lines' ends out"
        return (
            f"{where} has {row.actual_columns} values, and the first has"
            f" {row.expected_columns}{why}: {shown(row.text, 40)}"
        )
    if "straddling" in said:
        return f"a value is longer than {BLOCK >> 20} MB: a quote that is never closed, perhaps"
    return f"not a table: {said.partition(':')[2].strip() or said}"
