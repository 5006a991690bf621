"""What is said of a run beside its numbers: where, when and of what it was made."""

from __future__ import annotations

import json
import os
import subprocess

from regscope.base import paths
from regscope.tracking import store
from regscope.tracking.cells import Cell


def cell_tags(cell: Cell) -> dict[str, str]:
    """Tags of a cell's runs whose results are there."""
    return origin_tags(cell.study, cell.reg) | {"regscope.device": device(cell)}


def origin_tags(study: str, reg: str) -> dict[str, str]:
    """Study, cell, git revision, and the DVC experiment, if one runs."""
    tags = {
        "regscope.study": study,
        "regscope.reg": reg,
        "mlflow.user": store.user(),
        "mlflow.source.name": "regscope",
        "mlflow.source.type": "LOCAL",
    }
    if revision := git_revision():
        tags |= {"regscope.git_revision": revision, "mlflow.source.git.commit": revision}
    if name := os.environ.get("DVC_EXP_NAME", ""):
        tags["regscope.dvc_experiment"] = name
    return tags


def device(cell: Cell) -> str:
    """What the cell was trained on: `cpu`, or the name of a GPU."""
    file = paths.model(cell.study, cell.reg) / "environment.json"
    return str(json.loads(file.read_text())["device"])


def git_revision() -> str | None:
    """The commit that is checked out; None outside a git repository."""
    command = ["git", "rev-parse", "--verify", "--quiet", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None
