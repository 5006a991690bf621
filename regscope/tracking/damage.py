"""A store's file that is no whole database: said with the way out, since waiting mends nothing."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from regscope.tracking import store


def advice(uri: str) -> str | None:
    """What is wrong with the file of an SQLite store and how to begin anew; None where nothing is.

    Reads the whole file: for when something went wrong.
    """
    file = store.database(uri)
    if file is None or not (wrong := _wrong(file)):
        return None
    # The default store's artifacts lie beside it and mean nothing without it.
    moved = file.parent if store.is_default(uri) else file
    return f"{file}: {wrong}; begin anew with: {shlex.join(('mv', str(moved), f'{moved}.damaged'))}"


def _wrong(file: Path) -> str:
    """In a few words; empty for a whole database and for what is not there, or busy."""
    if file.exists() and not file.is_file():
        return "not a file"
    if not file.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as opened:
            (found,) = opened.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        # Locked, or not to be read by us: the file may be whole.
        return ""
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else "database disk image is malformed"
