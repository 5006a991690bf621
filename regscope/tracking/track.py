"""Bring the store up to what a study's results are; failing at it never fails anything else."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from regscope.base.errors import RegscopeError
from regscope.tracking import ledger, store
from regscope.tracking.cells import Cell, cells_of
from regscope.tracking.runs import open_runs


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
        _catch_up(uri, study, cells)
    except RegscopeError:
        raise
    except Exception as error:  # noqa: BLE001
        # Drivers of databases, clients of artifact stores and plugins raise whatever they like.
        _complain(
            f"{study}: not tracked at {store.shown(uri)}, the next run catches up:"
            f" {store.reason(error, uri)}"
        )


def _catch_up(uri: str, study: str, cells: Sequence[Cell]) -> None:
    name, digests = f"{store.PREFIX}{study}", [cell.digest for cell in cells]
    if not cells or ledger.holds(uri, name, digests):
        return
    # MLflow would try again and again for a minute.
    if damage := store.damage(uri):
        _complain(f"{study}: not tracked: {damage}")
        return
    started = time.monotonic()
    store.prepare_environment()
    from filelock import FileLock

    store.make_folders(uri)
    # One at a time in a repository: also what MLflow does to a new database.
    with FileLock(ledger.lock_file()):
        # Another process may have done it meanwhile.
        logged = 0 if ledger.holds(uri, name, digests) else _log_lacking(uri, name, cells)
    if logged:
        print(
            f"{study}: {logged} of {len(cells)} cells logged at"
            f" {store.shown(uri)} as {name}, {time.monotonic() - started:.1f} s"
        )


def _log_lacking(uri: str, name: str, cells: Sequence[Cell]) -> int:
    """Log the cells that the store is asked for in vain; how many these were."""
    from mlflow import MlflowClient

    digests = [cell.digest for cell in cells]
    runs = open_runs(MlflowClient(uri), uri, name)
    runs.delete_begun(digests)
    # Before asking: what others write meanwhile makes the store be asked again.
    seen, held = ledger.state(uri), runs.complete(digests)
    lacking = [cell for cell in cells if cell.digest not in held]
    if lacking:
        # Imported here: it loads torch.
        from regscope.tracking.record import log_cells

        log_cells(uri, runs, lacking)
        seen, held = ledger.state(uri), runs.complete(digests)
    ledger.write(uri, name, runs.experiment, seen, held)
    return len(lacking)


def _complain(line: str) -> None:
    print(f"regscope: {line}", file=sys.stderr)
