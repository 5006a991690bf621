"""Where runs are kept: the store's address, what is shown of it, and whether its file is whole.

Imports neither mlflow nor anything else that takes time.
"""

from __future__ import annotations

import os
import re
import shlex
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, unquote

from regscope.base import paths

PREFIX = "regscope/"
"""Before a study's name in that of its experiment."""

URI = "MLFLOW_TRACKING_URI"
SQLITE = "sqlite:///"
SQLITE_QUOTED = "sqlite+pysqlite:///"
"""The same to SQLAlchemy. MLflow makes the folder of a file after SQLITE without unquoting it."""

MLFLOW_DEFAULTS = {
    # It would tell its makers over the network how it is used.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    # It would print the server's address for every run that ends, password included.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    # A server that is gone is tried again by the next run, not for minutes in this one.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}


def prepare_environment() -> None:
    """Set what mlflow reads when it is imported, where nobody has set it otherwise."""
    for name, value in MLFLOW_DEFAULTS.items():
        os.environ.setdefault(name, value)


def folder() -> Path:
    """The default store's folder, of the real repository also in DVC's other workspaces."""
    return paths.repository().absolute() / ".regscope" / "mlflow"


def make_folders(uri: str) -> None:
    """The folder of the ledger, and that of the default store if it is the one at `uri`."""
    (folder() if is_default(uri) else folder().parent).mkdir(parents=True, exist_ok=True)


def tracking_uri() -> str:
    """MLFLOW_TRACKING_URI, or an SQLite file in `folder()`.

    A relative path, of a file or after `sqlite:///`, is relative to the repository.
    """
    given = os.environ.get(URI, "").strip().rstrip("/")
    if not given:
        return _sqlite(folder() / "mlflow.db")
    if given.startswith(SQLITE):
        file, question, options = given.removeprefix(SQLITE).partition("?")
        return f"{_sqlite(paths.repository().absolute() / unquote(file))}{question}{options}"
    if "://" in given or given.startswith(("file:", "databricks", "uc:")):
        return given
    place = paths.repository().absolute() / given
    # As an address where a reader of addresses would end it early.
    return place.as_uri() if set("?#%;") & set(str(place)) else str(place)


def _sqlite(file: Path) -> str:
    """The address of a file; `?` begins options there, and `%` quotes."""
    quoted = str(file).replace("%", "%25").replace("?", "%3F")
    return f"{SQLITE if quoted == str(file) else SQLITE_QUOTED}{quoted}"


def is_default(uri: str) -> bool:
    return uri == _sqlite(folder() / "mlflow.db")


def database(uri: str) -> Path | None:
    """The file of an SQLite store."""
    for prefix in (SQLITE, SQLITE_QUOTED):
        if uri.startswith(prefix):
            return Path(unquote(uri.removeprefix(prefix).partition("?")[0]))
    return None


def artifacts(uri: str, experiment: str) -> str | None:
    """Where an experiment's artifacts go: beside the default store, else as the store says."""
    if not is_default(uri):
        return None
    return (folder() / "artifacts" / experiment.rpartition("/")[2]).as_uri()


def shown(uri: str) -> str:
    """The address without names, passwords and options that it may hold.

    A password with `/`, `#` or `?` in it ends where the last `@` stands, whatever a parser of
    addresses makes of it.
    """
    if uri.startswith((SQLITE, SQLITE_QUOTED, "file:")):
        return uri
    scheme, colon, rest = uri.partition("://")
    return f"{scheme}{colon}{rest.rpartition('@')[2].partition('?')[0]}" if colon else uri


MOST_CHARACTERS = 300
"""Of what a store says is wrong."""


def reason(error: Exception, uri: str) -> str:
    """What an error says, in one line and without what `shown` leaves out."""
    text = " ".join(str(error).split()) or type(error).__name__
    text = text.replace(uri, shown(uri))
    for secret in _secrets(uri):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", text)
    return text[:MOST_CHARACTERS]


def _secrets(uri: str) -> list[str]:
    """The password, the parts that a parser may take it for, and options called like one."""
    rest = uri.partition("://")[2]
    password = rest.rpartition("@")[0].partition(":")[2]
    options = re.findall(r"[?&][^=&]*(?:password|secret|token)[^=&]*=([^&]+)", rest, re.I)
    parts = [password, unquote(password), *re.split(r"[/?#@:]", password), *options]
    return sorted({part for part in parts if part}, key=len, reverse=True)


def damage(uri: str) -> str | None:
    """What is wrong with the file of an SQLite store and how to begin anew; None where nothing is.

    Reads the whole file: for where there is something to be done.
    """
    file = database(uri)
    if file is None or not (wrong := _wrong(file)):
        return None
    # The default store's artifacts lie beside it and mean nothing without it.
    moved = file.parent if is_default(uri) else file
    return f"{file}: {wrong}; begin anew with: {shlex.join(('mv', str(moved), f'{moved}.damaged'))}"


def _wrong(file: Path) -> str:
    """In a few words; empty for a whole database and for what is not there, or busy."""
    if file.exists() and not file.is_file():
        return "not a file"
    if not file.exists():
        return ""
    import sqlite3

    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as opened:
            (found,) = opened.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        # Locked, or not to be read by us: the file may be whole.
        return ""
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else "database disk image is malformed"
