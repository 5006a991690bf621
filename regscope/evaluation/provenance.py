"""What a cell's measures were made from, so that only what has changed is measured again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regscope.base import paths
from regscope.base.digests import digests
from regscope.pipelines import dependencies
from regscope.study.params import Study

ROOT = paths.PACKAGE.parent


def sources() -> dict[str, str]:
    """`{path: SHA-256}` of the code that measures depend on: what the stage `evaluate` lists."""
    return digests(
        [path for path in dependencies("evaluate") if not path.is_relative_to(paths.DATA)], ROOT
    )


def made_from(name: str, study: Study, reg: str, common: dict[str, str]) -> dict[str, Any]:
    """What the measures of a cell come from: settings, and the SHA-256 of data, networks, code."""
    written = study.model_dump(mode="json", exclude_none=True)
    settings = {key: written[key] for key in ("split", "model", "evaluation")}
    settings |= {"regularizers": {reg: written["regularizers"][reg]}}
    settings |= {"training": {key: written["training"][key] for key in ("arithmetic", "precision")}}
    own = digests([*study.model.own_files, paths.model(name, reg)])
    return {"settings": settings, "files": common | own}


def with_outputs(made: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What a cell's made_from.json holds: also the SHA-256 of every other file of its measures."""
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name != paths.MADE_FROM
    )
    found = digests([file.relative_to(folder) for file in files], folder)
    return {**made, "measures": found}


def is_kept(name: str, reg: str, made: Mapping[str, Any]) -> bool:
    """Whether the cell's folder holds what was made from that, all of it and nothing else."""
    folder = paths.evaluation(name, reg)
    try:
        kept = json.loads((folder / paths.MADE_FROM).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    return bool(kept == with_outputs(made, folder))
