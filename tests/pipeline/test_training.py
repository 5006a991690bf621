"""`regscope train`: what is not current trains at once, and the stages then find it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.workspace import TINY, Workspace


def with_strength(value: float) -> Any:
    def change(params: dict[str, Any]) -> None:
        params["studies"]["digits"]["regularizers"]["l2"]["l2"] = value

    return change


def told(workspace: Workspace, *studies: str) -> dict[str, str]:
    """By study: how many cells of how many were to be trained."""
    said = workspace.run("regscope", "train", *studies)
    return dict(re.findall(r"^(\w+): (\d+ of \d+) cells to train$", said, re.MULTILINE))


@pytest.mark.slow
def test_stale_cells_of_several_studies_train_at_once(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "clone", TINY)
    assert told(workspace, "digits", "moons") == {"digits": "3 of 3", "moons": "2 of 2"}
    stored = workspace.dvc("repro", "studies/digits/dvc.yaml:train", "studies/moons/dvc.yaml:train")
    assert len(re.findall(r"^\w+/\w+: 2 seeds are finished$", stored, re.MULTILINE)) == 5
    assert told(workspace, "digits", "moons") == {"digits": "0 of 3", "moons": "0 of 2"}

    workspace.edit_yaml("params.yaml", with_strength(0.002))
    assert told(workspace) == {"digits": "1 of 3"}
    workspace.dvc("repro", "studies/digits/dvc.yaml:train")
    # What DVC's cache has is not trained again, wherever it comes from.
    workspace.edit_yaml("params.yaml", with_strength(0.001))
    assert told(workspace) == {"digits": "0 of 3"}

    refused = workspace.run("regscope", "train", "nope", ok=False)
    assert refused.splitlines()[-1].startswith("regscope: study nope: choose from: digits, moons")
