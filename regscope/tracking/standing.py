"""Whether a store still is the one that was logged to, found out without mlflow.

An experiment is known by its id and the time of its creation. Both are gone with a store that
was deleted, or that another server shows at the same address.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import quote

from regscope.tracking import store

SECONDS = 3

Experiment = tuple[str, int]
"""Its id, and when it was created in milliseconds since 1970."""

UNKNOWN: Experiment = ("", -1)
"""Of stores that cannot be asked without mlflow: then the ledger is believed."""


class UnreachableError(Exception):
    """Nothing answers at the store's address; the text says why."""


def experiment(uri: str, name: str) -> Experiment | None:
    """The experiment of that name in the store; None where it has none, or UNKNOWN.

    Raises UnreachableError where a server does not answer within SECONDS.
    """
    if store.database(uri) is not None:
        return _in_database(uri, name)
    if uri.startswith(("http://", "https://")):
        return _on_server(uri, name)
    return UNKNOWN


def _in_database(uri: str, name: str) -> Experiment | None:
    file = store.database(uri)
    if file is None or not file.is_file():
        return None
    query = "SELECT experiment_id, creation_time FROM experiments WHERE name = ?"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as opened:
            row = opened.execute(query, (name,)).fetchone()
    except sqlite3.Error:
        # Not MLflow's tables, or not yet: mlflow will make them or say what is wrong.
        return None
    return (str(row[0]), int(row[1] or 0)) if row else None


def _on_server(uri: str, name: str) -> Experiment | None:
    # Imported here: it takes longer than all else where the store is a file.
    import ssl
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import urlopen

    # Without a password: a server that wants one answers so, which is UNKNOWN.
    asked = f"experiments/get-by-name?experiment_name={quote(name, safe='')}"
    address = f"{store.shown(uri)}/api/2.0/mlflow/{asked}"
    try:
        with urlopen(address, timeout=SECONDS) as answer:
            return _identity(answer.read())
    except HTTPError as error:
        return None if b"RESOURCE_DOES_NOT_EXIST" in error.read() else UNKNOWN
    except URLError as error:
        if isinstance(error.reason, ssl.SSLError):
            return UNKNOWN
        raise UnreachableError(str(error.reason)) from error
    except (OSError, HTTPException) as error:
        raise UnreachableError(str(error) or type(error).__name__) from error


def _identity(answer: bytes) -> Experiment | None:
    try:
        found: dict[str, Any] = json.loads(answer)["experiment"]
        return str(found["experiment_id"]), int(found.get("creation_time", 0))
    except (ValueError, KeyError, TypeError):
        return UNKNOWN
