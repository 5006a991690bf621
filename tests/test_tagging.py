"""A study of sentences on its way through the cheap stages, to tables, figures and pages."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest
import yaml

from regscope.base import paths
from regscope.base.files import write_json, write_text
from regscope.base.tensors import write_tensors
from regscope.figures import confusion, heatmaps, robustness, units
from regscope.figures.data import load
from regscope.figures.study import figures
from regscope.figures.style import render
from regscope.figures.tables import predictions
from regscope.report import word_tables
from regscope.report.evidence import load_evidence
from regscope.report.parts import parts
from regscope.report.sections import load_sections
from regscope.study.networks import MODEL_FILE
from regscope.study.params import load_params
from regscope.tasks import TASKS
from regscope.training import history
from regscope.training.loop import cell_trainer
from stages import evaluate, summarize
from tests import sentences

STUDY = "words"
REGS = ("none", "l1")
SEEDS = (0, 1, 2, 3, 4)


@pytest.fixture
def summarized(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    written = sentences.study().model_dump(mode="json", exclude_none=True)
    written["regularizers"] = {"none": {}, "l1": {"l1": 0.003}}
    params = {"study": STUDY, "reg": "l1", "studies": {STUDY: written}}
    write_text(paths.PARAMS, yaml.safe_dump(params, sort_keys=False))
    study, dataset = load_params().studies[STUDY], sentences.language()
    paths.prepared(STUDY).mkdir(parents=True)
    dataset.save(paths.prepared(STUDY))
    for reg in REGS:
        trainer = cell_trainer(study, study.cells[reg].methods(), dataset, SEEDS)
        trainer.run()
        state = {name: value.numpy() for name, value in trainer.model.state_dict().items()}
        write_tensors(paths.model(STUDY, reg) / MODEL_FILE, state)
        columns = trainer.history.numpy()
        write_text(
            paths.model(STUDY, reg) / "history.csv",
            history.to_csv(TASKS["tagging"].history, SEEDS, columns),
        )
        write_json(paths.model(STUDY, reg) / "environment.json", {"device": "cpu"})
    for stage in (evaluate, summarize):
        monkeypatch.setattr(sys, "argv", ["stage", STUDY])
        stage.main()
    return workspace


def test_tables_figures_and_pages_are_of_words(summarized: Path) -> None:
    dataset, study = sentences.language(), load_params().studies[STUDY]
    words = int((dataset.targets[40:] >= 0).sum())
    data = load(STUDY, load_params())
    assert data.layers == ("embedding", "input", "recurrent", "output")
    for draw in (confusion.draw, heatmaps.draw, robustness.draw, units.draw):
        assert render(draw, data).startswith(b"\x89PNG")
    assert {"predictions.png", "decision.png"}.isdisjoint(figures(data))
    lines = list(csv.reader(predictions(data, data.cells[0]).splitlines()))
    assert len(lines) == 1 + words
    tags = [dataset.classes[tag] for tag in dataset.targets[40:].ravel() if tag >= 0]
    assert [actual for actual, _ in lines[1:]] == tags
    right = sum(actual == predicted for actual, predicted in lines[1:])
    first = data.results.seeds.iloc[0]
    assert right / words == pytest.approx(first["test_accuracy"])
    assert data.results.reliability.groupby("reg")["count"].sum().tolist() == [5 * words] * 2

    write_json(paths.CLAIMS, {"claims": []})
    section = load_sections(())[STUDY]
    assert section.facts.endswith("3,132 sentences to train on, 782 to test on")
    readings = word_tables.readings_table(section.results, section.regs)
    assert readings is not None
    means = {key: one.mean() for key, one in section.results.measured["none"].items()}
    assert readings.columns[2] == "Counting padding (as tutorials report it), %"
    row = [cell.text for cell in readings.rows[0]]
    for text, measure in zip(
        row[1:4], ("test_accuracy", "padded_accuracy", "unknown_accuracy"), strict=True
    ):
        assert text.startswith(f"{100 * means[measure]:.2f} ± ")
    assert row[4] == f"{100 * means['most_frequent_tag_accuracy']:.2f}"
    accuracy = next(part for part in parts(section) if part.anchor == "accuracy")
    assert readings in accuracy.blocks
    error = f"{100 * means['test_error']:.2f}"
    assert f"by a standard error of {error} points" in section.test_error
    # So many words, were they right or wrong by themselves.
    effective = load_evidence(STUDY).test_examples
    spread = (means["test_accuracy"] * (1 - means["test_accuracy"]) / effective) ** 0.5
    assert spread == pytest.approx(means["test_error"], rel=0.01)
    summary = json.loads((paths.summary(STUDY) / "summary.json").read_text())
    assert summary["none"]["test_accuracy"] == pytest.approx(means["test_accuracy"], abs=1e-6)
    assert study.data.kind == "tokens"
