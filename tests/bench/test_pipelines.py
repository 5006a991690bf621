"""The stages that stand in for the real ones write what the pipelines say they do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.pipelines import STAND_IN
from bench.processes import ROOT
from regscope.base import paths
from regscope.base.files import write_json
from regscope.pipelines import study_pipelines

BLOCK: dict[str, Any] = {"data": {"source": "digits"}, "regularizers": {"none": {}}}

PIPELINES = [
    (ROOT / "dvc.yaml").read_text(),
    study_pipelines(["tiny"])[paths.pipeline("tiny")],
]


def stages() -> dict[str, dict[str, Any]]:
    """By name, for the study `tiny`."""
    found: dict[str, dict[str, Any]] = {}
    for text in PIPELINES:
        found |= yaml.safe_load(text.replace("${study}", "tiny"))["stages"]
    return found


@pytest.mark.parametrize("name", stages())
def test_every_output_is_written(name: str, tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(json.dumps({"studies": {"tiny": BLOCK}}))
    write_json(tmp_path / "data/settings/tiny/cells/none.json", {})
    stage = stages()[name]
    for command in stage["cmd"] if isinstance(stage["cmd"], list) else [stage["cmd"]]:
        words = command.removeprefix("python -m stages.").split()
        subprocess.run([sys.executable, "-c", STAND_IN, *words], cwd=tmp_path, check=True)
    outs = [next(iter(out)) if isinstance(out, dict) else out for out in stage.get("outs", [])]
    assert [out for out in outs if not (tmp_path / out).exists()] == []
