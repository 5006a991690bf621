"""What has been seen in which store: a small file, so that nothing to do needs no mlflow.

The store is what counts; the ledger only spares asking it. Of an SQLite file it is believed as
long as nobody has written to the file since. A server is asked whether the runs are there, over
MLflow's REST API. Other stores cannot be asked without mlflow: of these it is believed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from regscope.base.files import write_json
from regscope.tracking import store

SECONDS = 3
"""The most that a server has to answer."""

KEYS = {"id", "state", "cells"}
"""Of an entry: an experiment's id, the store's state, and the run of every cell in it."""

State = list[list[int]]
"""Of an SQLite store's files: size, time of writing in ns, and inode; empty for other stores."""


class UnreachableError(Exception):
    """Nothing answers at the store's address; the text says why."""


def ledger_file() -> Path:
    return store.folder().with_name("tracked.json")


def lock_file() -> Path:
    return store.folder().with_name("tracked.lock")


def state(uri: str) -> State:
    """What changes with whatever is written to an SQLite store."""
    file = store.database(uri)
    if file is None:
        return []
    found = []
    for part in (file, file.with_name(f"{file.name}-wal")):
        if part.is_file() and (about := part.stat()).st_size:
            found.append([about.st_size, about.st_mtime_ns, about.st_ino])
    return found


def holds(uri: str, name: str, digests: Collection[str]) -> bool:
    """Whether the cells, given by digest, are known to be in that experiment of the store.

    Raises UnreachableError where a server that would have to be asked does not answer.
    """
    entry = _entries(_read(), uri).get(name, {"id": "0", "state": None, "cells": {}})
    cells = entry["cells"]
    known = entry["state"] == state(uri) and set(digests) <= set(cells)
    if not uri.startswith(("http://", "https://")):
        return known
    try:
        found = _on_server(uri, entry["id"], list(cells.values()))
    except UnreachableError:
        if known:
            return True
        raise
    return known and (found is None or found >= {cells[digest] for digest in digests})


def write(uri: str, name: str, experiment: str, seen: State, cells: Mapping[str, str]) -> None:
    """Note the runs that have logged the cells, by the cells' digests; under the lock.

    `experiment` is the id; `seen` the state in which the store was found to hold the runs.
    """
    ledger = _read()
    entry = {"id": experiment, "state": seen, "cells": dict(cells)}
    entries = _entries(ledger, uri) | {name: entry}
    write_json(ledger_file(), ledger | {store.shown(uri): entries})


def experiments(uri: str) -> dict[str, str]:
    """The ids of the experiments that were logged to from here, by name."""
    return {name: str(entry["id"]) for name, entry in _entries(_read(), uri).items()}


def _entries(ledger: Mapping[str, Any], uri: str) -> dict[str, dict[str, Any]]:
    """By experiment; without what is no entry."""
    found = ledger.get(store.shown(uri))
    entries = found.items() if isinstance(found, dict) else ()
    return {
        name: entry for name, entry in entries if isinstance(entry, dict) and set(entry) >= KEYS
    }


def _read() -> dict[str, Any]:
    """A ledger that is not there or not readable is empty: then the store is asked."""
    try:
        ledger = json.loads(ledger_file().read_text())
    except (OSError, ValueError):
        return {}
    return ledger if isinstance(ledger, dict) else {}


def _on_server(uri: str, experiment: str, runs: Collection[str]) -> set[str] | None:
    """Those of the runs that the server has and that were not deleted.

    None where it wants a password or a certificate, or does not answer as MLflow does. Raises
    UnreachableError where it does not answer within SECONDS.
    """
    # Imported here: it takes longer than all else where the store is a file.
    import ssl
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    wanted = ", ".join(f"'{run}'" for run in runs)
    asked = {
        "experiment_ids": [experiment],
        "filter": f"attributes.run_id IN ({wanted or repr('')})",
        "run_view_type": "ACTIVE_ONLY",
        "max_results": max(len(runs), 1),
    }
    request = Request(
        # Without a password: a server that wants one says so.
        f"{store.shown(uri)}/api/2.0/mlflow/runs/search",
        json.dumps(asked).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urlopen(request, timeout=SECONDS) as answer:
            found = json.loads(answer.read())
        return {str(run["info"]["run_id"]) for run in found.get("runs", [])}
    except (HTTPError, ValueError, KeyError, TypeError, AttributeError):
        return None
    except URLError as error:
        if isinstance(error.reason, ssl.SSLError):
            return None
        raise UnreachableError(str(error.reason)) from error
    except (OSError, HTTPException) as error:
        raise UnreachableError(str(error) or type(error).__name__) from error
