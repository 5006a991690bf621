"""Bring the store up to what a study's results are; failing at it never fails anything else."""

from __future__ import annotations

import sys
import time

from regscope.tracking import ledger, standing, store
from regscope.tracking.cells import cells_of


def track(study: str) -> None:
    """Log the study's cells that the store lacks, each once; say in one line what was done.

    Where nothing is to be done, nothing is imported. Where the store does not answer or refuses,
    one line on stderr says so and the next call catches up. Raises RegscopeError where the study
    has no results.
    """
    cells, missing = cells_of(study)
    if missing:
        _complain(f"{study}: not here and not tracked: {', '.join(missing)}")
    uri, name = store.tracking_uri(), f"regscope/{study}"
    digests = [cell.digest for cell in cells]
    try:
        found = standing.experiment(uri, name)
    except standing.UnreachableError as error:
        if ledger.lacking(uri, name, standing.UNKNOWN, digests):
            _not_tracked(study, uri, error)
        return
    if not ledger.lacking(uri, name, found, digests):
        return
    started = time.monotonic()
    store.prepare_environment()
    from filelock import FileLock
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    from regscope.tracking.record import log_cells

    file = store.lock_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    if store.is_default(uri):
        store.folder().mkdir(parents=True, exist_ok=True)
    try:
        # One at a time in a repository: also what MLflow does to a new database.
        with FileLock(file):
            wanted = set(ledger.lacking(uri, name, standing.experiment(uri, name), digests))
            todo = [cell for cell in cells if cell.digest in wanted]
            logged = log_cells(uri, name, todo) if todo else 0
    except (MlflowException, SQLAlchemyError, standing.UnreachableError, OSError) as error:
        _not_tracked(study, uri, error)
        return
    print(
        f"{study}: {logged} of {len(cells)} cells logged at {store.shown(uri)} as {name},"
        f" {time.monotonic() - started:.1f} s"
    )


def _not_tracked(study: str, uri: str, error: Exception) -> None:
    reason = " ".join(str(error).split())[:300]
    _complain(
        f"{study}: not tracked at {store.shown(uri)}, the next run catches up:"
        f" {reason.replace(uri, store.shown(uri))}"
    )


def _complain(line: str) -> None:
    print(f"regscope: {line}", file=sys.stderr)
