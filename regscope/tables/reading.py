"""Files of tables: CSV with any usual delimiter, compressed or not, and Parquet.

Text is read as it stands: what a column holds is decided by `kinds`, by all of its values, and not
by a reader's guess at its first ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regscope.base.errors import RegscopeError
from regscope.tables.csv_files import read_csv
from regscope.tables.csv_form import Form
from regscope.tables.parquet_files import MAGIC, read_parquet
from regscope.tables.text import unpacked

if TYPE_CHECKING:
    import pyarrow as pa

ARCHIVE, JSON = b"PK\x03\x04", (b"[{", b'{"')


def read_table(path: Path, header: bool = True, form: Form | None = None) -> tuple[pa.Table, Form]:
    """All columns of a file, and how it is written. Text is without spaces around it; of CSV all is
    text, as dictionaries of words.

    `form` is how it was found to be written before; else that is found out. Columns of a file
    without a header are called `1`, `2` and on.

    A first column without a name is INDEX; a last one without name and values, as a delimiter at
    the end of each line leaves it, is none.

    Raises RegscopeError, in one line that names the file, and the row where one is to blame.
    """
    try:
        _check_file(path)
        begin = next(unpacked(path), b"")
        _check_kind(begin)
        if begin.startswith(MAGIC):
            if not header:
                raise RegscopeError("Parquet names its columns: leave --no-header out")
            table, form = read_parquet(path), Form(None, None)
        else:
            table, form = read_csv(path, header, form)
        _check_names(table.column_names)
    except RegscopeError as error:
        raise RegscopeError(f"{path}: {error}") from error
    return table, form


def _check_file(path: Path) -> None:
    if str(path).startswith(("http:/", "https:/", "ftp:/", "s3:/")):
        raise RegscopeError("is an address, and must be a file: download it")
    if path.is_dir():
        raise RegscopeError("is a folder; give a file, or --pictures for pictures")
    if not path.exists():
        raise RegscopeError("no such file")
    if not path.is_file():
        raise RegscopeError("must be a file, not a pipe or a device")


def _check_kind(begin: bytes) -> None:
    """Refuse by name what people bring in place of a table."""
    if begin.startswith(ARCHIVE):
        raise RegscopeError("a zip archive or a workbook: save its table as CSV")
    if begin.lstrip().startswith(JSON):
        raise RegscopeError("JSON, which is no table: save it as CSV")


def _check_names(names: list[str]) -> None:
    for place, name in enumerate(names, start=1):
        if not name or not name.isprintable():
            raise RegscopeError(f"column {place} has no name that can be read: name it")
