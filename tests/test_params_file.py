"""The repository's own params.yaml."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from dvc.utils.hydra import apply_overrides

from regscope.study.params import load_params
from tests.committed import committed

ROOT = Path(__file__).parents[1]


def test_an_experiment_changes_no_other_line(tmp_path: Path) -> None:
    """`dvc exp run -S` writes the whole file anew: it must come out as it stands in git."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    before_it = load_params(ROOT / "params.yaml").reg
    other = "l2" if before_it != "l2" else "dropout"
    apply_overrides(
        tmp_path / "params.yaml", [f"reg={other}", "studies.digits.regularizers.l2.l2=0.0077"]
    )
    before = (ROOT / "params.yaml").read_text().splitlines()
    after = (tmp_path / "params.yaml").read_text().splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [f"reg: {other}", "      l2: {l2: 0.0077}"]


def test_every_study_can_be_switched_to_alone() -> None:
    params = load_params(committed() / "params.yaml")
    without = [name for name, study in params.studies.items() if params.reg not in study.cells]
    assert without == []


def test_the_committed_review_is_of_the_committed_switches() -> None:
    params = load_params(committed() / "params.yaml")
    review = json.loads((committed() / "metrics" / "review.json").read_text())
    assert (review["study"], review["reg"]) == (params.study, params.reg)
