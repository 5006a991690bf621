"""The embedded studies come out as committed, byte for byte, under every processor's kernels."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest

from regscope import paths
from regscope.params import load_params
from tests.committed import ROOT, committed
from tests.processors import PROCESSORS

STUDIES = ("digits", "moons")
# Each study under one processor here; the answers and the golden weights are tested under all.
CASES = dict(zip(PROCESSORS, cycle(STUDIES), strict=False))


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("processor", CASES)
def test_a_study_is_rebuilt_byte_for_byte(processor: str, tmp_path: Path) -> None:
    study = CASES[processor]
    shutil.copy(committed() / paths.PARAMS, tmp_path)
    cells = load_params(tmp_path / paths.PARAMS).studies[study].cells

    def stage(name: str, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", f"stages.{name}", study, *words],
            cwd=tmp_path,
            env=os.environ | PROCESSORS[processor] | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    stage("download")
    stage("preprocess")
    for reg in cells:
        stage("train", reg)
        stage("evaluate", reg)
    stage("summarize")
    stage("visualize")
    for folder in (paths.summary(study), paths.plots(study)):
        assert contents(tmp_path / folder) == contents(committed() / folder)


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
