"""Bring the store up to what a study's results are; failing at it never fails anything else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regscope.base.errors import RegscopeError
from regscope.tracking import ledger, store
from regscope.tracking.cells import cells_of

if TYPE_CHECKING:
    from regscope.tracking.runs import Runs


@dataclass(frozen=True)
class Due:
    """What an experiment is to hold: a run for each of `digests`.

    `log` is given the store's address, the runs, and those digests that are lacking; `what` says
    what they are of.
    """

    study: str
    experiment: str
    digests: Sequence[str]
    what: str
    log: Callable[[str, Runs, Sequence[str]], None]


def track(study: str) -> None:
    """Log the study's cells that the store lacks, each once; say in one line what was done.

    Where nothing is to be done, nothing is imported. Where the store does not answer or refuses,
    one line on stderr says so and the next call catches up. Raises RegscopeError where the study
    has no results, or none that this version can read.
    """
    cells, missing = cells_of(study)
    if missing:
        _complain(f"{study}: not here and not tracked: {', '.join(missing)}")
    by_digest = {cell.digest: cell for cell in cells}

    def log(uri: str, runs: Runs, lacking: Sequence[str]) -> None:
        # Imported here: it loads torch.
        from regscope.tracking.record import log_cells

        log_cells(uri, runs, [by_digest[digest] for digest in lacking])

    bring_up(Due(study, f"{store.PREFIX}{study}", list(by_digest), "cells", log))


def bring_up(due: Due) -> None:
    """Log what is lacking, as `track` does."""
    uri = store.tracking_uri()
    try:
        _catch_up(uri, due)
    except RegscopeError:
        raise
    except Exception as error:  # noqa: BLE001
        # Drivers of databases, clients of artifact stores and plugins raise whatever they like.
        _complain(
            f"{due.study}: not tracked at {store.shown(uri)}, the next run catches up:"
            f" {store.reason(error, uri)}"
        )


def _catch_up(uri: str, due: Due) -> None:
    name, digests = due.experiment, due.digests
    if not digests or ledger.holds(uri, name, digests):
        return
    # MLflow would try again and again for a minute.
    if damage := store.damage(uri):
        _complain(f"{due.study}: not tracked: {damage}")
        return
    started = time.monotonic()
    store.prepare_environment()
    from filelock import FileLock

    store.make_folders(uri)
    # One at a time in a repository: also what MLflow does to a new database.
    with FileLock(ledger.lock_file()):
        # Another process may have done it meanwhile.
        logged = 0 if ledger.holds(uri, name, digests) else _log_lacking(uri, due)
    if logged:
        print(
            f"{due.study}: {logged} of {len(digests)} {due.what} logged at"
            f" {store.shown(uri)} as {name}, {time.monotonic() - started:.1f} s"
        )


def _log_lacking(uri: str, due: Due) -> int:
    """Log what the store is asked for in vain; how much this was."""
    from mlflow import MlflowClient

    from regscope.tracking.runs import open_runs

    runs = open_runs(MlflowClient(uri), uri, due.experiment)
    runs.delete_begun(due.digests)
    # Before asking: what others write meanwhile makes the store be asked again.
    seen, held = ledger.state(uri), runs.complete(due.digests)
    lacking = [digest for digest in due.digests if digest not in held]
    if lacking:
        due.log(uri, runs, lacking)
        seen, held = ledger.state(uri), runs.complete(due.digests)
    ledger.write(uri, due.experiment, runs.experiment, seen, held)
    return len(lacking)


def _complain(line: str) -> None:
    print(f"regscope: {line}", file=sys.stderr)
