"""A study of numbers on its way through the stages, to tables, figures, pages and out of here."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics
import torch
import yaml

import regscope
from regscope import results
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.tensors import read_tensors
from regscope.datasets import Dataset
from regscope.figures.data import load
from regscope.figures.study import figures, write
from regscope.report import cards
from regscope.report.findings import study_findings
from regscope.report.parts import parts
from regscope.report.sections import load_sections
from regscope.study.params import load_params
from regscope.sweeps import halves
from regscope.sweeps.settings import load_sweeps
from regscope.tracking import values
from regscope.tracking.cells import Cell
from stages import evaluate, report, review, summarize, train
from tests.alone import work_in
from tests.command.called import called
from tests.tasks import numbers

STUDY = "numbers"
CELLS: dict[str, Any] = {"none": {}, "l2": {"l2": 0.1}, "strong": {"l2": 1000.0}}
"""In the last every weight goes, and the network says the mean."""
SEEDS = 6


def params(**evaluation: Any) -> dict[str, Any]:
    written = numbers.study(epochs=30, seeds=SEEDS).model_dump(mode="json", exclude_none=True)
    written |= {"regularizers": CELLS, "evaluation": {"training_loss": 0.5, **evaluation}}
    return {"study": STUDY, "reg": "l2", "studies": {STUDY: written}}


def call(stage: ModuleType, *words: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [stage.__name__, *words])
        stage.main()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("numbers")
    with pytest.MonkeyPatch.context() as patch:
        work_in(made, patch)
        paths.PARAMS.write_text(yaml.safe_dump(params(), sort_keys=False))
        paths.CLAIMS_FILE.write_text(yaml.safe_dump({"rule": {}, "documents": {}, "groups": []}))
        numbers.dataset().save(paths.prepared(STUDY))
        for reg in CELLS:
            call(train, STUDY, reg)
        call(evaluate, STUDY)
        call(summarize, STUDY)
        write(load(STUDY, load_params()), paths.plots(STUDY))
    return made


@pytest.fixture
def folder(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(built)
    monkeypatch.setenv("DVC_ROOT", str(built))
    return built


def test_measures_are_scikit_learns_in_the_targets_unit(folder: Path) -> None:
    found, dataset = results.load(STUDY), Dataset.load(paths.prepared(STUDY))
    for reg in CELLS:
        arrays = read_tensors(paths.evaluation(STUDY, reg) / paths.ARRAYS_FILE)
        for seed, row in enumerate(found.of_cell[reg].to_dict("records")):
            targets, predicted = (
                dataset.targets[arrays["test_indices"][seed]],
                arrays["predictions"][seed],
            )
            squared = sklearn.metrics.mean_squared_error(targets, predicted)
            assert row["test_r2"] == pytest.approx(
                sklearn.metrics.r2_score(targets, predicted), abs=1e-5
            )
            assert row["test_rmse"] == pytest.approx(squared**0.5)
            absolute = sklearn.metrics.mean_absolute_error(targets, predicted)
            assert row["test_mae"] == pytest.approx(absolute, rel=1e-5)
    assert found.primary == found.score == "test_r2"
    assert {"test_accuracy", "brier_score", "top5_accuracy"}.isdisjoint(found.seeds.columns)
    assert 4 < found.of_cell["l2"]["test_rmse"].mean() < 12


def test_tables_are_those_of_numbers(folder: Path) -> None:
    there = {file.stem for file in paths.summary(STUDY).glob("*.csv")}
    assert there == {"seeds", "layers", "units", "comparisons", "guess"}
    found = results.load(STUDY)
    assert list(found.guesses.columns) == [
        "seed", "shares", "test_loss", "test_r2", "test_rmse", "test_mae",
    ]  # fmt: skip
    assert (found.guesses["test_r2"] <= 0).all()
    assert found.at_chance == {"strong": SEEDS}
    assert found.compared["test_r2"]["strong"]["verdict"] == "worse"
    assert found.compared["test_r2"]["strong"]["beats_guess"] == "no"
    assert found.compared["test_rmse"]["strong"]["verdict"] == "worse"
    summary = json.loads((paths.summary(STUDY) / "summary.json").read_text())
    assert summary["none"]["test_r2"] == pytest.approx(
        found.of_cell["none"]["test_r2"].mean(), abs=1e-6
    )


def test_rederived_tables_are_the_same(folder: Path) -> None:
    before = {file: file.read_bytes() for file in paths.summary(STUDY).iterdir()}
    called("rederive", STUDY)
    assert {file: file.read_bytes() for file in paths.summary(STUDY).iterdir()} == before


@pytest.mark.parametrize(
    ("table", "column"), [("seeds", "test_r2"), ("seeds", "test_mae"), ("guess", "test_r2")]
)
def test_a_table_without_its_score_is_refused(folder: Path, table: str, column: str) -> None:
    file = paths.summary(STUDY) / f"{table}.csv"
    before = file.read_text()
    try:
        pd.read_csv(file).drop(columns=column).to_csv(file, index=False)
        with pytest.raises(RegscopeError, match=f"{table}.csv: has no column test_"):
            results.load(STUDY)
    finally:
        file.write_text(before)


def test_figures_are_those_that_fit(folder: Path) -> None:
    data = load(STUDY, load_params())
    drawn = {Path(file).stem for file in figures(data)}
    assert {"r2", "curves", "predicted", "weights"} <= drawn
    assert {"accuracy", "confusion", "reliability", "robustness", "pruning", "decision"}.isdisjoint(
        drawn
    )
    curves = (paths.plots(STUDY) / "curves.csv").read_text().splitlines()
    assert curves[0] == "epoch,reg,train_loss,test_loss,train_r2,test_r2"
    rows = list(csv.reader((paths.plots(STUDY) / "predicted/l2.csv").read_text().splitlines()))
    actual, predicted = np.array(rows[1:], dtype=float).T
    first = data.results.of_cell["l2"].iloc[0]
    assert sklearn.metrics.r2_score(actual, predicted) == pytest.approx(first["test_r2"], abs=1e-4)


def test_pages_tell_of_numbers(folder: Path) -> None:
    for name in ("README.md", *map(str, _pages())):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
    (paths.METRICS / "claims.json").write_text(json.dumps({"claims": []}))
    call(report)
    assert f"{STUDY} (test R²)" in paths.RESULTS_PAGE.read_text()
    page = paths.study_page(STUDY).read_text()
    assert " in test R²; " in page
    assert "Loss and R² over epochs" in page
    [section] = load_sections(()).values()
    titles = [part.title for part in parts(section)]
    assert titles[0] == "Errors"
    assert {"Pruning", "Robustness", "Calibration", "Classes"}.isdisjoint(titles)
    assert section.test_error.startswith("Targets are numbers: disease progression, which has no")
    assert " in test R²; " in study_findings(section)[0]
    assert "test R²" in cards.effect_block([section.evidence], Path("docs/regularizers/l2.md"))


def _pages() -> list[Path]:
    return [paths.CARDS / "l2.md"]


def test_a_review_holds_the_errors_against_none(folder: Path) -> None:
    call(review)
    found = json.loads((paths.METRICS / "review.json").read_text())
    assert found["primary"] == "test_r2"
    seeds = results.load(STUDY).of_cell
    expected = seeds["l2"]["test_rmse"].mean() - seeds["none"]["test_rmse"].mean()
    assert found["test_rmse"]["difference"] == pytest.approx(expected, rel=1e-5)


def test_what_is_tracked_has_the_scores(folder: Path) -> None:
    cell = Cell(STUDY, "l2", params()["studies"][STUDY], "digest")
    assert values.measures(cell)[0]["test_r2"] == pytest.approx(
        results.load(STUDY).of_cell["l2"]["test_r2"].iloc[0]
    )
    assert {"epoch/train_r2", "epoch/test_r2"} <= {one.name for one in values.curves(cell)[0]}


def test_an_exported_network_predicts_in_the_targets_unit(folder: Path, tmp_path: Path) -> None:
    called("export", STUDY, "l2", "--seed", "1", "--out", str(tmp_path / "out"))
    program = torch.export.load(tmp_path / "out" / "model.pt2").module()
    arrays = read_tensors(paths.evaluation(STUDY, "l2") / paths.ARRAYS_FILE)
    inputs = Dataset.load(paths.prepared(STUDY)).inputs[arrays["test_indices"][1]]
    found = program(torch.from_numpy(inputs))[:, 0].detach().numpy()
    assert found == pytest.approx(arrays["predictions"][1], rel=1e-4)
    card = (tmp_path / "out" / "README.md").read_text()
    r2 = results.load(STUDY).of_cell["l2"]["test_r2"].iloc[1]
    assert f"| test R² of seed 1 | {r2:.4f} on its 142 test examples |" in card
    assert "| classes |" not in card


def test_training_from_code_gives_networks_in_the_targets_unit(folder: Path) -> None:
    study = load_params().studies[STUDY]
    found = regscope.train(study, "l2", data=paths.prepared(STUDY))
    expected = results.load(STUDY).of_cell["l2"]["test_r2"]
    assert found.test_r2 == pytest.approx(expected.tolist(), abs=1e-4)
    inputs, targets = next(found.batches(2))
    predicted = found.networks[2](inputs)[:, 0].detach()
    assert sklearn.metrics.r2_score(targets, predicted) == pytest.approx(expected.iloc[2], abs=1e-4)
    with pytest.raises(RegscopeError) as error:
        _ = found.test_accuracy
    assert str(error.value) == "test_accuracy: not of regression, which the study is: use test_r2"
    with pytest.raises(RegscopeError, match="labels must be whole numbers, the classes"):
        regscope.measure(found.networks[0], found.batches(0))


@pytest.mark.parametrize("primary", ["accuracy", "balanced_accuracy", "roc_auc"])
def test_a_study_of_numbers_is_about_no_accuracy(workspace: Path, primary: str) -> None:
    paths.PARAMS.write_text(yaml.safe_dump(params(primary=primary)))
    with pytest.raises(RegscopeError) as error:
        load_params()
    assert str(error.value).partition("; if -S")[0] == (
        f"params.yaml: studies.{STUDY}.evaluation.primary = {primary}: data.source diabetes is for"
        " regression: choose from: r2, loss"
    )


def test_a_study_of_classes_is_not_about_r2(workspace: Path) -> None:
    written = params(primary="r2")
    written["studies"][STUDY]["data"] = {"source": "digits"}
    paths.PARAMS.write_text(yaml.safe_dump(written))
    with pytest.raises(RegscopeError, match=r"primary = r2: data\.source digits is for classif"):
        load_params()


def test_halves_refuse_a_study_of_numbers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halves, "start_server", lambda: None)
    with pytest.raises(RegscopeError) as error:
        halves.halve(STUDY)
    assert str(error.value) == (
        f"study {STUDY}: its targets are numbers, and halves compare accuracies"
    )


def test_paths_refuse_a_study_of_numbers(workspace: Path) -> None:
    paths.PARAMS.write_text(yaml.safe_dump(params()))
    sweep = {"seeds": 2, "families": {"l2": [0.1, 1.0]}}
    written = {"studies": [STUDY], "families": ["l2"], "sweeps": {STUDY: sweep}}
    paths.PATHS_PARAMS.parent.mkdir(parents=True)
    paths.PATHS_PARAMS.write_text(yaml.safe_dump(written))
    with pytest.raises(RegscopeError) as error:
        load_sweeps(load_params())
    assert str(error.value) == (
        f"{paths.PATHS_PARAMS}: sweeps.{STUDY}: the targets of data.source diabetes are numbers:"
        " paths are of studies of classes"
    )
