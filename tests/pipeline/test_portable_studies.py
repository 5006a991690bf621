"""Cells of the embedded studies come out as committed, byte for byte, under other kernels."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest
import yaml

from regscope.base import paths
from regscope.study.params import BASELINE
from tests.committed import ROOT, committed
from tests.processors import OWN, PROCESSORS

# A study under each other processor, and of it two cells; under one's own `make` comes to them all.
STUDIES = (("digits", "batch_norm"), ("moons", "dropout"))
OTHERS = [name for name in PROCESSORS if name != OWN]
CASES = dict(zip(OTHERS, cycle(STUDIES), strict=False))
OF_ALL_CELLS = ("comparisons.csv", "summary.json", "settings.json", "SHA256SUMS")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("processor", CASES)
def test_cells_are_rebuilt_byte_for_byte(processor: str, tmp_path: Path) -> None:
    study, reg = CASES[processor]
    cells = (BASELINE, reg)
    write_params(tmp_path, study, cells)

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
    for cell in cells:
        stage("train", cell)
    stage("evaluate")
    stage("summarize")
    built, kept = tmp_path / paths.summary(study), committed() / paths.summary(study)
    assert {file.name for file in built.iterdir()} == {file.name for file in kept.iterdir()}
    for file in kept.iterdir():
        if file.suffix == ".csv" and file.name not in OF_ALL_CELLS:
            assert (built / file.name).read_text() == only(cells, file.read_text()), file.name
        elif file.name not in OF_ALL_CELLS:
            assert (built / file.name).read_bytes() == file.read_bytes(), file.name


def write_params(folder: Path, study: str, cells: tuple[str, ...]) -> None:
    """The committed params.yaml with those cells of that study alone."""
    params = yaml.safe_load((committed() / paths.PARAMS).read_text())
    settings = params["studies"][study]
    settings["regularizers"] = {cell: settings["regularizers"][cell] for cell in cells}
    alone = {"study": study, "reg": cells[-1], "studies": {study: settings}}
    (folder / paths.PARAMS).write_text(yaml.safe_dump(alone, sort_keys=False))


def only(cells: tuple[str, ...], table: str) -> str:
    """The header and the rows of those cells; all of a table that is not by cell."""
    header, *rows = table.splitlines(keepends=True)
    if header.partition(",")[0] != "reg":
        return table
    return header + "".join(row for row in rows if row.partition(",")[0] in cells)
