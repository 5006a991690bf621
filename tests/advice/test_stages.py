"""The stages of advice/dvc.yaml on a tiny study, and what advice/params.yaml refuses."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from regscope.advice.settings import load_advice
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.report.sections import load_advice as committed_advice
from regscope.study.params import Params, load_params
from stages import advice, advise, validate_advice
from tests import tiny
from tests.alone import ROOT

ASKED: dict[str, Any] = {"trials": 1, "methods": ["l2"], "test_seeds": 5}


def params() -> dict[str, Any]:
    study = tiny.study({"l2": 0.01}).model_dump(mode="json", exclude_none=True)
    study["regularizers"] = {"none": {}, "l2": {"l2": 0.01}}
    return {"study": "digits", "reg": "l2", "studies": {"digits": study}}


@pytest.fixture
def asked(workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with both parameter files and the prepared data."""
    monkeypatch.setattr(advice, "track_advice", lambda study: None)
    shutil.copytree(digits_folder, paths.prepared("digits"))
    paths.PARAMS.write_text(yaml.safe_dump(params(), sort_keys=False))
    paths.ADVICE_PARAMS.parent.mkdir()
    paths.ADVICE_PARAMS.write_text(yaml.safe_dump({"studies": {"digits": ASKED}}))
    return workspace


def run(monkeypatch: pytest.MonkeyPatch, stage: Any, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["stage", *words])
    stage.main()


def test_from_search_to_committed_files(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, validate_advice)
    assert paths.ADVICE_VALIDATED.is_file()
    run(monkeypatch, advise, "digits")
    run(monkeypatch, advice, "digits")
    folder = paths.advice("digits")
    found = json.loads((folder / "advice.json").read_text())
    committed = committed_advice("digits")
    assert committed is not None
    assert all(arm["seconds"] > 0 for arm in committed["arms"])
    timed = [
        own | {"seconds": arm["seconds"]}
        for own, arm in zip(found["arms"], committed["arms"], strict=True)
    ]
    assert committed == found | {"arms": timed}
    assert [arm["arm"] for arm in found["arms"]] == ["none", "l2"]
    with (folder / "seeds.csv").open() as file:
        tested = list(csv.DictReader(file))
    for arm in found["arms"]:
        own = [float(row["score"]) for row in tested if row["arm"] == arm["arm"]]
        assert len(own) == 5
        assert sum(own) / 5 == pytest.approx(arm["test"])
    with (folder / "search.csv").open() as file:
        searched = list(csv.DictReader(file))
    best = max(
        sum(float(row["score"]) for row in rows) / len(rows)
        for rows in groups(searched, "l2=").values()
        if len(rows) == found["search_seeds"]
    )
    assert best == pytest.approx(found["arms"][1]["validation"])
    assert (paths.advice_plots("digits") / "choices.png").is_file()
    assert "../../../plots/advice/digits/choices.png" in (folder / "README.md").read_text()
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir() if file.suffix != ".md"}
    run(monkeypatch, advice, "digits")
    assert {file: file.stat().st_mtime_ns for file in before} == before
    # Times of another advice do not stay.
    (paths.advice_measures("digits") / "times.csv").unlink()
    run(monkeypatch, advice, "digits")
    assert not (folder / "times.csv").exists()


def groups(rows: list[dict[str, str]], start: str) -> dict[tuple[str, ...], list[dict[str, str]]]:
    """By setting, of those whose methods begin so."""
    found: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        if row["methods"].startswith(start):
            key = (row["learning_rate"], row["epochs"], row["methods"])
            found.setdefault(key, []).append(row)
    return found


def test_the_projects_own_settings_are_valid() -> None:
    load_advice(load_params(ROOT / "params.yaml"), ROOT / "advice" / "params.yaml")


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ({"studies": {}}, "studies: must name a study at least"),
        ({"studies": {"letters": {"trials": 1}}}, "studies.letters: unknown study; choose from:"),
        ({"studies": {"digits": {"trials": 0}}}, "studies.digits.trials = 0:"),
        ({"studies": {"digits": {}}}, "studies.digits.trials"),
        (
            {"studies": {"digits": {"trials": 1, "methods": ["l3"]}}},
            "studies.digits.methods = l3: choose from:",
        ),
        ({"studies": {"digits": {"trials": 1, "test_seeds": 2}}}, "studies.digits.test_seeds = 2:"),
        ({"studies": {"digits": {"trials": 1, "part": 19}}}, "studies.digits.part = 19: must be"),
        ({"studies": {"digits": {"trials": 1, "part": 900}}}, "studies.digits.part = 900: must be"),
        ({"studies": {"digits": {"minutes": 3}}}, "studies.digits.minutes = 3: unknown key"),
        ({"grids": 1}, "grids = 1: unknown key"),
    ],
)
def test_what_is_wrong_is_one_line(workspace: Path, raw: Any, complaint: str) -> None:
    file = workspace / "advice.yaml"
    file.write_text(yaml.safe_dump(raw))
    with pytest.raises(RegscopeError) as refused:
        load_advice(Params.model_validate(params()), file)
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)
