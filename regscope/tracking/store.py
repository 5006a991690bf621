"""Where runs are kept: the store's address, its artifacts, and what tells one store from another.

Imports neither mlflow nor anything else that takes time.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import socket
from pathlib import Path
from urllib.parse import unquote

from regscope.base import paths

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


def ledger_file() -> Path:
    return paths.repository().absolute() / ".regscope" / "tracked.json"


def lock_file() -> Path:
    return paths.repository().absolute() / ".regscope" / "tracked.lock"


def live_lock_file(key: str) -> Path:
    """Held by whoever streams the cell with these settings."""
    return paths.repository().absolute() / ".regscope" / "live" / f"{key}.lock"


def make_folders(uri: str) -> None:
    """The folders of the files above, and of the default store if it is the one at `uri`."""
    live_lock_file("").parent.mkdir(parents=True, exist_ok=True)
    if is_default(uri):
        folder().mkdir(parents=True, exist_ok=True)


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


def writer() -> str:
    """Who logs: this repository on this machine, as a digest that gives no path away."""
    place = f"{socket.gethostname()}:{paths.repository().resolve()}"
    return hashlib.sha256(place.encode()).hexdigest()[:16]


def user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
