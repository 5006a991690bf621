"""The stages of paths/dvc.yaml on a tiny study, from training to tables and figures."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.sweeps import gather, pairs, tuned
from stages import pairs as pairs_stage
from stages import path as path_stage
from stages import sweeps as sweeps_stage
from stages import validate_paths
from tests.alone import ROOT
from tests.sweeps import settings


@pytest.fixture
def tiny_sweep(workspace: Path, digits_folder: Path) -> Path:
    """A working directory with both parameter files and the prepared data."""
    shutil.copytree(digits_folder, paths.prepared("digits"))
    paths.PARAMS.write_text(yaml.safe_dump(settings.raw_params(), sort_keys=False))
    _write(settings.sweeps())
    return workspace


@pytest.mark.slow
def test_a_tiny_sweep_from_training_to_committed_files(
    tiny_sweep: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for family in ("l2", "elastic_net"):
        _run(monkeypatch, path_stage, "digits", family)
    _run(monkeypatch, pairs_stage, "digits")
    _run(monkeypatch, sweeps_stage, "digits")
    summary, plots = paths.sweep_summary("digits"), paths.sweep_plots("digits")
    assert {file.name for file in plots.iterdir()} == {"paths.png", "pairs.png"}
    table = pd.read_csv(summary / "paths.csv")
    assert list(table.columns) == list(gather.COLUMNS)
    assert len(table) == 2 * 3 * 2
    zero = table[table["strength"] == 0].drop(columns="family")
    first, second = (
        zero.iloc[:2].reset_index(drop=True),
        zero.iloc[2:].reset_index(drop=True),
    )
    pd.testing.assert_frame_equal(first, second)
    norms = table.groupby(["family", "strength"])["weight_l2_norm"].mean().unstack()
    assert (np.diff(norms.loc["l2"].dropna()) < 0).all(), "stronger penalties, smaller weights"
    assert list(pd.read_csv(summary / "tuned.csv").columns) == list(tuned.COLUMNS)
    pair = pd.read_csv(summary / "pairs.csv")
    assert list(pair.columns) == list(pairs.COLUMNS)
    assert pair[["first", "second"]].to_numpy().tolist() == [["l2", "dropout"]]
    made_with = json.loads((summary / "settings.json").read_text())
    assert set(made_with) == {"study", "sweep", "environment"}
    assert made_with["environment"]["device"] == "cpu"

    before = {file: file.stat().st_mtime_ns for file in (*summary.iterdir(), *plots.iterdir())}
    _run(monkeypatch, sweeps_stage, "digits")
    after = {file: file.stat().st_mtime_ns for file in (*summary.iterdir(), *plots.iterdir())}
    assert after == before, "what is as it was is not written again"

    raw = settings.sweeps()
    raw["families"] = ["l2"]
    del raw["sweeps"]["digits"]["families"]["elastic_net"]
    raw["sweeps"]["digits"]["pairs"] = None
    _write(raw)
    _run(monkeypatch, sweeps_stage, "digits")
    assert not paths.path_measures("digits", "elastic_net").exists()
    assert set(pd.read_csv(summary / "tuned.csv")["family"]) == {"l2"}
    assert not (summary / "pairs.csv").exists()
    assert not (plots / "pairs.png").exists()


def test_a_family_that_is_null_leaves_a_marker_and_trains_nothing(
    tiny_sweep: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = settings.sweeps()
    raw["sweeps"]["digits"]["families"]["l2"] = None
    _write(raw)
    _run(monkeypatch, path_stage, "digits", "l2")
    folder = paths.path_measures("digits", "l2")
    assert [file.name for file in folder.iterdir()] == [paths.ABSENT]
    assert "no l2 (null in paths/params.yaml)" in (folder / paths.ABSENT).read_text()


@pytest.mark.parametrize(
    ("stage", "words", "line"),
    [
        (path_stage, ["digits"], "give STUDY FAMILY, not: digits"),
        (path_stage, ["digits", "gone"], "family gone: choose from: l2, elastic_net"),
        (pairs_stage, ["gone"], "study gone: choose from: digits"),
        (sweeps_stage, [], "give STUDY, not: nothing"),
    ],
)
def test_wrong_words_are_refused(
    tiny_sweep: Path, monkeypatch: pytest.MonkeyPatch, stage: Any, words: list[str], line: str
) -> None:
    with pytest.raises(RegscopeError, match=line):
        _run(monkeypatch, stage, *words)


def test_the_check_comes_first_and_writes_a_constant(
    tiny_sweep: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(monkeypatch, validate_paths)
    assert paths.PATHS_VALIDATED.read_text() == "paths/params.yaml is valid\n"
    paths.PATHS_VALIDATED.unlink()
    raw = settings.sweeps()
    raw["sweeps"]["digits"]["families"]["l2"] = [-1, 1]
    _write(raw)
    with pytest.raises(RegscopeError, match="must be greater than 0"):
        _run(monkeypatch, validate_paths)
    assert not paths.PATHS_VALIDATED.exists()


def test_nothing_that_dvc_would_train_for_is_declared_by_the_last_stage() -> None:
    """A declared output in metrics/ or plots/ would draw the main pipeline into the paths."""
    stages = yaml.safe_load((ROOT / "paths" / "dvc.yaml").read_text())["stages"]
    last = stages["sweeps"]
    assert last["always_changed"]
    assert not {"outs", "metrics", "plots"} & set(last)
    declared = [out for stage in stages.values() for out in stage.get("outs", [])]
    assert all(out.startswith("data/") for out in declared)


def _write(raw: dict[str, Any]) -> None:
    paths.PATHS_PARAMS.parent.mkdir(exist_ok=True)
    paths.PATHS_PARAMS.write_text(yaml.safe_dump(raw, sort_keys=False))


def _run(monkeypatch: pytest.MonkeyPatch, stage: Any, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", [stage.__name__, *words])
    stage.main()
