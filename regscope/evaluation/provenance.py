"""What a cell's measures were made from, so that only what has changed is measured again."""

from __future__ import annotations

from typing import Any

from regscope.base import paths
from regscope.base.digests import digests
from regscope.base.made import plain
from regscope.pipelines import dependencies
from regscope.study.params import Study

ROOT = paths.PACKAGE.parent
OUTPUTS = "measures"
"""What made_from.json calls the files beside it."""


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
    trained = digests([paths.model(name, reg)])
    # What a network was trained from changes no measure of it.
    trained.pop((paths.model(name, reg) / paths.MADE_FROM).as_posix(), None)
    own = digests(study.model.own_files)
    return {"settings": plain(settings), "files": common | own | trained}
