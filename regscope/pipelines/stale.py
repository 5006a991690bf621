"""What of studies is not current: DVC decides that, and is asked here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.lines import listed


def prepare(studies: Sequence[str]) -> None:
    """Bring the data of studies up to date, as `dvc repro` does.

    Raises RegscopeError where that fails; DVC and the stage have said why.
    """
    targets = [f"{paths.pipeline(study)}:preprocess" for study in studies]
    if subprocess.run([sys.executable, "-m", "dvc", "repro", *targets], check=False).returncode:
        raise RegscopeError(f"data of {listed(studies)}: not prepared (above is why)")


def stale_cells(studies: Sequence[str]) -> dict[str, list[str]]:
    """`{study: [cell]}` of those that `dvc repro` would train, in the order of params.yaml.

    Their data are to be prepared before. What DVC can restore from its run cache is none. Raises
    RegscopeError where DVC cannot say so.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo() as repo, repo.lock:
            return {study: _stale(repo, study) for study in studies}
    except DvcException as error:
        raise RegscopeError(f"DVC: {' '.join(str(error).split())}") from error


def _stale(repo: Any, study: str) -> list[str]:
    found = []
    for stage in repo.stage.collect(str(paths.pipeline(study))):
        name, _, reg = stage.name.partition("@")
        if name == "train" and stage.changed() and not _is_cached(repo, stage):
            found.append(reg)
    return found


def _is_cached(repo: Any, stage: Any) -> bool:
    """Whether DVC would restore what a stage writes in place of running it."""
    from dvc.stage.cache import RunCacheNotFoundError

    if stage.changed_deps():
        # What it would be made of now, of which the lock says nothing.
        stage.save_deps()
        for out in stage.outs:
            out.hash_info = type(out.hash_info)()
    try:
        repo.stage_cache.restore(stage, dry=True)
    except RunCacheNotFoundError:
        return False
    return True
