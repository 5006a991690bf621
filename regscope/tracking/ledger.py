"""What has been logged where: a small file, so that nothing to do costs nothing.

The store is what counts; the ledger only spares asking it. It is believed as long as the store's
experiment is the one that was logged to, and its runs are there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from regscope.tracking import store
from regscope.tracking.standing import UNKNOWN, Experiment


def lacking(uri: str, name: str, found: Experiment | None, digests: Iterable[str]) -> list[str]:
    """Those of the cells that the ledger does not hold as logged in this experiment."""
    logged = _logged(_entry(_read(store.ledger_file()), uri, name), found)
    return [digest for digest in digests if digest not in logged]


def runs(uri: str, name: str, digests: Iterable[str]) -> dict[str, str]:
    """Of those of the cells that the ledger holds: the runs that logged them."""
    cells = _logged(_entry(_read(store.ledger_file()), uri, name), UNKNOWN)
    return {digest: str(cells[digest]) for digest in digests if digest in cells}


def add(uri: str, name: str, experiment: Experiment, digest: str, run: str) -> None:
    """Note a cell as logged by the run with that id; to be called under the lock."""
    # Imported here: it loads numpy, which nothing to do can do without.
    from regscope.base.files import write_json

    file = store.ledger_file()
    ledger = _read(file)
    cells = _logged(_entry(ledger, uri, name), experiment) | {digest: run}
    at_store = ledger.get(store.shown(uri))
    entries = at_store if isinstance(at_store, dict) else {}
    entries[name] = {"experiment": list(experiment), "cells": cells}
    ledger[store.shown(uri)] = entries
    write_json(file, ledger)


def forget(uri: str, name: str, runs: Collection[str]) -> None:
    """Have the store asked again about the cells that these runs logged; under the lock."""
    ledger = _read(store.ledger_file())
    entry = _entry(ledger, uri, name)
    cells = entry.get("cells")
    if not isinstance(cells, dict) or not set(cells.values()) & set(runs):
        return
    from regscope.base.files import write_json

    entry["cells"] = {digest: run for digest, run in cells.items() if run not in runs}
    write_json(store.ledger_file(), ledger)


def _logged(entry: dict[str, Any], found: Experiment | None) -> dict[str, str]:
    if found is None or (found != UNKNOWN and entry.get("experiment") != list(found)):
        return {}
    cells = entry.get("cells")
    return dict(cells) if isinstance(cells, dict) else {}


def _entry(ledger: dict[str, Any], uri: str, name: str) -> dict[str, Any]:
    at_store = ledger.get(store.shown(uri))
    entry = at_store.get(name) if isinstance(at_store, dict) else None
    return entry if isinstance(entry, dict) else {}


def _read(file: Path) -> dict[str, Any]:
    """A ledger that is not there or not readable is empty: then the store is asked."""
    try:
        ledger = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return ledger if isinstance(ledger, dict) else {}
