"""The stages of rates/dvc.yaml on a tiny study, from training to committed tables."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from regscope import pipelines
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.pipelines import rates_pipelines
from regscope.rates.gather import COLUMNS
from regscope.rates.rederived import rederived_rates
from stages import rate, validate_rates
from stages import rates as rates_stage
from tests.rates import settings


@pytest.fixture
def tiny_rates(workspace: Path, digits_folder: Path) -> Path:
    """A working directory with both parameter files and the prepared data."""
    shutil.copytree(digits_folder, paths.prepared("digits"))
    paths.PARAMS.write_text(yaml.safe_dump(settings.raw_params(), sort_keys=False))
    paths.RATES_PARAMS.parent.mkdir()
    paths.RATES_PARAMS.write_text(yaml.safe_dump(settings.rates(), sort_keys=False))
    pipelines.write(rates_pipelines(["digits"]))
    return workspace


def run(monkeypatch: pytest.MonkeyPatch, stage: Any, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["stage", *words])
    stage.main()


def test_from_training_to_committed_files(
    tiny_rates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, validate_rates)
    for reg in ("none", "l2"):
        run(monkeypatch, rate, "digits", reg)
    run(monkeypatch, rates_stage, "digits")
    folder = paths.rates_summary("digits")
    search, seeds, tuned = (
        pd.read_csv(folder / f"{name}.csv") for name in ("search", "seeds", "tuned")
    )
    assert len(search) == 2 * 3 * 3 * 2
    penalized = search[search["reg"] == "l2"].groupby("learning_rate")
    assert penalized["validation_accuracy"].count().to_dict() == {0.01: 6, 0.1: 6, 1e6: 0}
    assert list(tuned.columns) == list(COLUMNS)
    assert list(tuned["reg"]) == ["none", "l2"]
    for row in tuned.to_dict("records"):
        own = seeds[seeds["reg"] == row["reg"]]
        assert len(own) == row["seeds"] == 3
        assert set(own["learning_rate"]) == {row["learning_rate"]}
        assert row["test_accuracy"] == pytest.approx(own["test_accuracy"].mean())
        at = search[(search["reg"] == row["reg"])].groupby(["learning_rate", "epochs"])
        assert row["validation_accuracy"] == pytest.approx(at["validation_accuracy"].mean().max())
    both: Any = seeds.pivot(index="seed", columns="reg", values="test_accuracy")
    assert tuned.loc[1, "difference"] == pytest.approx((both["l2"] - both["none"]).mean())
    made_with = json.loads((folder / "settings.json").read_text())
    assert made_with["grid"]["seeds"] == 2

    before = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    run(monkeypatch, rates_stage, "digits")
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == before
    [(file, text)] = rederived_rates(folder, 0.005).items()
    assert text == file.read_text()


def test_pipelines_of_other_studies_are_refused(
    tiny_rates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipelines.write(rates_pipelines(["mnist"]))
    with pytest.raises(RegscopeError, match="digits: there are pipelines of digits, mnist"):
        run(monkeypatch, validate_rates)


def test_a_study_without_a_grid_and_an_untrained_cell_are_one_line(
    tiny_rates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = settings.rates()
    raw["grids"]["digits"]["epochs"] = [9]
    paths.RATES_PARAMS.write_text(yaml.safe_dump(raw))
    with pytest.raises(RegscopeError, match="must hold the study's own, 2"):
        run(monkeypatch, validate_rates)
    paths.RATES_PARAMS.write_text(yaml.safe_dump(settings.rates()))
    with pytest.raises(FileNotFoundError):
        run(monkeypatch, rates_stage, "digits")


def test_nothing_retrains_a_grid_but_settings_data_and_numerics() -> None:
    stage = yaml.safe_load(rates_pipelines(["digits"])[paths.rates_pipeline("digits")])["stages"]
    assert stage["rate"]["do"]["deps"] == [
        "data/settings/digits/cells/${key}.json", "data/rates/validated.txt",
        "data/prepared/digits", "regscope/numerics.py",
    ]  # fmt: skip
