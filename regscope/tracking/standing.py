"""Whether a store still holds what was logged to it, found out without mlflow.

An experiment is known by its id and the time of its creation. Both are gone with a store that
was deleted, or that another server shows at the same address. An experiment or a run that was
deleted on MLflow's page is kept there, marked as deleted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
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
    """The experiment of that name in the store; None where it has none or a deleted one, or
    UNKNOWN.

    Raises UnreachableError where a server does not answer within SECONDS.
    """
    if store.database(uri) is not None:
        return _in_database(uri, name)
    if uri.startswith(("http://", "https://")):
        return _on_server(uri, name)
    return UNKNOWN


def _in_database(uri: str, name: str) -> Experiment | None:
    query = (
        "SELECT experiment_id, creation_time FROM experiments"
        " WHERE name = ? AND lifecycle_stage = 'active'"
    )
    # Without MLflow's tables, or not yet with them: mlflow will make them or say what is wrong.
    rows = _rows(uri, query, (name,))
    return (str(rows[0][0]), int(rows[0][1] or 0)) if rows else None


def deleted(uri: str, runs: Collection[str]) -> set[str]:
    """Those of the runs, given by id, that the store does not have or has marked as deleted.

    None of them where a store cannot be asked without mlflow, or does not answer as one.
    """
    if not runs:
        return set()
    if store.database(uri) is not None:
        marks = ", ".join("?" * len(runs))
        query = (
            f"SELECT run_uuid FROM runs WHERE lifecycle_stage = 'active' AND run_uuid IN ({marks})"
        )
        rows = _rows(uri, query, tuple(runs))
        return set() if rows is None else set(runs) - {str(row[0]) for row in rows}
    if uri.startswith(("http://", "https://")):
        return {run for run in runs if _is_deleted_on_server(uri, run)}
    return set()


def _rows(uri: str, query: str, values: tuple[str, ...]) -> list[tuple[Any, ...]] | None:
    """None where the file is not there or does not answer."""
    file = store.database(uri)
    if file is None or not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as opened:
            return opened.execute(query, values).fetchall()
    except sqlite3.Error:
        return None


def _on_server(uri: str, name: str) -> Experiment | None:
    answer = _answer(uri, f"experiments/get-by-name?experiment_name={quote(name, safe='')}")
    if answer is MISSING:
        return None
    try:
        found: dict[str, Any] = json.loads(answer)["experiment"]
        if found.get("lifecycle_stage") == "deleted":
            return None
        return str(found["experiment_id"]), int(found.get("creation_time", 0))
    except (ValueError, KeyError, TypeError):
        return UNKNOWN


def _is_deleted_on_server(uri: str, run: str) -> bool:
    answer = _answer(uri, f"runs/get?run_id={quote(run, safe='')}")
    if answer is MISSING:
        return True
    try:
        return bool(json.loads(answer)["run"]["info"]["lifecycle_stage"] == "deleted")
    except (ValueError, KeyError, TypeError):
        return False


MISSING = b"RESOURCE_DOES_NOT_EXIST"


def _answer(uri: str, asked: str) -> bytes:
    """What a server answers: MISSING where it does not have what is asked for, nothing where it
    wants a password or a certificate, or is none of MLflow's."""
    # Imported here: it takes longer than all else where the store is a file.
    import ssl
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import urlopen

    # Without a password: a server that wants one says so.
    address = f"{store.shown(uri)}/api/2.0/mlflow/{asked}"
    try:
        with urlopen(address, timeout=SECONDS) as answer:
            return bytes(answer.read())
    except HTTPError as error:
        return MISSING if MISSING in error.read() else b""
    except URLError as error:
        if isinstance(error.reason, ssl.SSLError):
            return b""
        raise UnreachableError(str(error.reason)) from error
    except (OSError, HTTPException) as error:
        raise UnreachableError(str(error) or type(error).__name__) from error
