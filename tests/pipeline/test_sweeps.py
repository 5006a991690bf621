"""`make paths`: a pipeline of its own beside `dvc repro`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from regscope.base import paths
from tests.pipeline.workspace import SOURCE, Workspace, ran, trained

SWEEPS: dict[str, Any] = {
    "studies": ["digits"],
    "families": ["l1", "l2"],
    "sweeps": {
        "digits": {
            "seeds": 2,
            "families": {"l1": [0.001, 0.01], "l2": None},
            "pairs": {"methods": ["l1", "l2"], "seeds": 2},
        }
    },
}


@pytest.fixture
def swept(workspace: Workspace) -> Workspace:
    """The built workspace with a sweep to make."""
    folder = workspace.root / "paths"
    folder.mkdir()
    shutil.copy(SOURCE / "paths/dvc.yaml", folder / "dvc.yaml")
    write(folder, SWEEPS)
    workspace.commit("a sweep")
    return workspace


def write(folder: Path, sweeps: dict[str, Any]) -> None:
    (folder / "params.yaml").write_text(yaml.safe_dump(sweeps, sort_keys=False))


@pytest.mark.slow
def test_paths_are_made_apart_and_read_by_the_report(swept: Workspace) -> None:
    assert ran(swept.dvc("repro")) == []
    first = ran(swept.dvc("repro", "paths/dvc.yaml"))
    assert {name.rpartition(":")[2] for name in first} == {
        "validate",
        "path@digits-l1",
        "path@digits-l2",
        "pairs@digits",
        "sweeps@digits",
    }
    table = pd.read_csv(swept.root / "metrics/paths/digits/paths.csv")
    assert table.groupby("family")["strength"].apply(set).to_dict() == {"l1": {0, 0.001, 0.01}}
    assert (swept.root / "plots/paths/digits/pairs.png").is_file()
    assert set(ran(swept.dvc("repro"))) == {"claims", "report"}
    assert "paths.png" in (swept.root / "metrics/pages/digits.md").read_text()
    assert ran(swept.dvc("repro")) == []
    assert [name.rpartition(":")[2] for name in ran(swept.dvc("repro", "paths/dvc.yaml"))] == [
        "sweeps@digits"
    ]

    def longer(params: dict[str, Any]) -> None:
        params["studies"]["digits"]["training"]["epochs"] = 3

    # Another setting of the study trains no path.
    swept.edit_yaml("params.yaml", longer)
    assert "digits/l1" in trained(swept.dvc("repro", f"{paths.pipeline('digits')}:train"))
    again = ran(swept.dvc("repro", "--dry"))
    assert "digits:evaluate" in again
    assert not [name for name in again if "path" in name or "pairs" in name]


def test_a_wrong_strength_is_refused_before_anything_trains(swept: Workspace) -> None:
    wrong = {**SWEEPS, "sweeps": {"digits": {"seeds": 2, "families": {"l1": [-1, 1], "l2": None}}}}
    write(swept.root / "paths", wrong)
    output = swept.dvc("repro", "paths/dvc.yaml", ok=False)
    assert "regscope: paths/params.yaml: sweeps.digits.families.l1" in output
    assert ran(output) == ["validate"] or not [name for name in ran(output) if "path@" in name]
