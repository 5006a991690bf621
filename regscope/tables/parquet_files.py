"""Tables as Parquet, whose columns have types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regscope.base.errors import RegscopeError
from regscope.tables.marks import INDEX, check_columns
from regscope.tables.text import COMPRESSED, check_size, unpacked

if TYPE_CHECKING:
    import pyarrow as pa

MAGIC = b"PAR1"
"""What a file begins with."""
PARQUET_INDEX = "__index_level_0__"


def read_parquet(path: Path) -> pa.Table:
    """Text without spaces around it, and empty where it is missing; all else as it is.

    Raises RegscopeError where a file is not whole, or its columns cannot be read.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

    try:
        with _opened(path) as file:
            names = parquet.read_schema(file).names
            names = [INDEX if name == PARQUET_INDEX else name for name in names]
            check_columns(names)
            file.seek(0)
            table = parquet.read_table(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise RegscopeError(f"not a whole Parquet file: {str(error)[:80]}") from error
    if not table.num_rows:
        raise RegscopeError("has no rows")
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


def _opened(path: Path) -> pa.NativeFile:
    import pyarrow as pa

    if path.suffix.lower() not in COMPRESSED:
        check_size(path.stat().st_size)
        return pa.memory_map(str(path))
    size, chunks = 0, []
    for chunk in unpacked(path):
        size += len(chunk)
        check_size(size)
        chunks.append(chunk)
    return pa.BufferReader(b"".join(chunks))
