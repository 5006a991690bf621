"""The repository's own params.yaml."""

from __future__ import annotations

import shutil
from pathlib import Path

from dvc.utils.serialize import modify_yaml

ROOT = Path(__file__).parents[1]


def test_an_experiment_changes_no_other_line(tmp_path: Path) -> None:
    """`dvc exp run -S` writes the whole file anew: it must come out as it stands in git."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    with modify_yaml(tmp_path / "params.yaml") as params:
        params["reg"] = "l2"
    before = (ROOT / "params.yaml").read_text().splitlines()
    after = (tmp_path / "params.yaml").read_text().splitlines()
    changed = [line for line in zip(before, after, strict=True) if line[0] != line[1]]
    assert changed == [("reg: l1", "reg: l2")]
