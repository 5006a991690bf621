"""Bring the store up to what a study's results are; failing at it never fails anything else."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from regscope.base.errors import RegscopeError
from regscope.tracking import damage, ledger, standing, store
from regscope.tracking.cells import Cell, cells_of


def track(study: str) -> None:
    """Log the study's cells that the store lacks, each once; say in one line what was done.

    Where nothing is to be done, nothing is imported. Where the store does not answer or refuses,
    one line on stderr says so and the next call catches up. Raises RegscopeError where the study
    has no results, or none that this version can read.
    """
    cells, missing = cells_of(study)
    if missing:
        _complain(f"{study}: not here and not tracked: {', '.join(missing)}")
    uri = store.tracking_uri()
    try:
        _catch_up(uri, f"regscope/{study}", cells)
    except RegscopeError:
        raise
    except Exception as error:  # noqa: BLE001
        # Drivers of databases, clients of artifact stores and plugins raise whatever they like.
        if advice := damage.advice(uri):
            _complain(f"{study}: not tracked: {advice}")
            return
        _complain(
            f"{study}: not tracked at {store.shown(uri)}, the next run catches up:"
            f" {store.reason(error, uri)}"
        )


def _catch_up(uri: str, name: str, cells: Sequence[Cell]) -> None:
    digests = [cell.digest for cell in cells]
    try:
        if not _lacking(uri, name, digests):
            return
    except standing.UnreachableError:
        if ledger.lacking(uri, name, standing.UNKNOWN, digests):
            raise
        return
    started = time.monotonic()
    store.prepare_environment()
    from filelock import FileLock

    from regscope.tracking.record import log_cells

    store.make_folders(uri)
    # One at a time in a repository: also what MLflow does to a new database.
    with FileLock(store.lock_file()):
        wanted = _lacking(uri, name, digests)
        todo = [cell for cell in cells if cell.digest in wanted]
        logged = log_cells(uri, name, todo) if todo else 0
    print(
        f"{name.partition('/')[2]}: {logged} of {len(cells)} cells logged at {store.shown(uri)}"
        f" as {name}, {time.monotonic() - started:.1f} s"
    )


def _lacking(uri: str, name: str, digests: Sequence[str]) -> set[str]:
    """The cells that the store does not hold, or that were deleted there."""
    lacking = set(ledger.lacking(uri, name, standing.experiment(uri, name), digests))
    runs = ledger.runs(uri, name, [digest for digest in digests if digest not in lacking])
    gone = standing.deleted(uri, runs.values())
    return lacking | {digest for digest, run in runs.items() if run in gone}


def _complain(line: str) -> None:
    print(f"regscope: {line}", file=sys.stderr)
