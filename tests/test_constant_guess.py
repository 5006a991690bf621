"""From targets to pages: studies of which a constant answer gets most right."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from regscope import results
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.report import cards, readme
from regscope.report.columns import comparisons
from regscope.report.evidence import load_evidence
from regscope.report.findings import study_findings
from regscope.report.results_page import results_page
from regscope.report.sections import load_sections
from regscope.results import GUESS_MEANING
from regscope.results.digests import SUMS_FILE
from regscope.study.params import load_params
from stages import evaluate, path, report, review, summarize, sweeps, train
from tests.alone import work_in

SEEDS, EXAMPLES, TRAIN = 8, 400, 160
CELLS: dict[str, Any] = {"none": {}, "l2": {"l2": 10.0}}
"""At this strength no weight is left, and every network says the majority."""


def params(primary: str = "accuracy") -> dict[str, Any]:
    study = {
        "title": "Lopsided",
        "data": {"source": "moons", "samples": EXAMPLES, "noise": 0.1},
        "split": {"train": TRAIN, "validation": 40},
        "model": {"kind": "mlp", "hidden": [32]},
        "training": {
            "optimizer": "adam",
            "learning_rate": 0.02,
            "batch_size": 40,
            "epochs": 30,
            "seeds": SEEDS,
        },
        "evaluation": {"training_loss": 0.1, "primary": primary},
        "regularizers": CELLS,
    }
    return {"study": "lopsided", "reg": "l2", "studies": {"lopsided": study}}


def prepare(targets: np.ndarray, separation: float) -> None:
    """Points in ten dimensions, of each class around its own corner, as the study's data."""
    paths.PARAMS.write_text(yaml.safe_dump(params(), sort_keys=False))
    paths.CLAIMS_FILE.write_text(yaml.safe_dump({"rule": {}, "documents": {}, "groups": []}))
    classes = int(targets.max()) + 1
    points = np.random.default_rng(0).normal(size=(EXAMPLES, 10))
    points[np.arange(EXAMPLES), targets] += separation
    Dataset(
        kind="points",
        inputs=points.astype(np.float32),
        targets=targets.astype(np.int64),
        classes=tuple(f"class {number}" for number in range(classes)),
    ).save(paths.prepared("lopsided"))


def call(monkeypatch: pytest.MonkeyPatch, stage: ModuleType, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", [stage.__name__, *words])
    stage.main()


def build(monkeypatch: pytest.MonkeyPatch) -> None:
    for reg in CELLS:
        call(monkeypatch, train, "lopsided", reg)
    call(monkeypatch, evaluate, "lopsided")
    call(monkeypatch, summarize, "lopsided")


@pytest.fixture(scope="module")
def told_apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes of 70, 20 and 10 %, easily told apart, built."""
    folder = tmp_path_factory.mktemp("told_apart")
    with pytest.MonkeyPatch.context() as patch:
        work_in(folder, patch)
        prepare(shuffled([280, 80, 40]), separation=6.0)
        build(patch)
    return folder


def shuffled(counts: list[int]) -> np.ndarray:
    targets = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(1).permutation(targets)


def test_what_only_says_no_is_better_than_none_and_never_named_so(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """94 % are of one class, and nothing tells the others apart: without regularization networks
    learn the noise, and strong ones do better by always saying the majority."""
    prepare(shuffled([376, 24]), separation=0.0)
    build(monkeypatch)
    found = results.load("lopsided")
    guess = found.guesses.set_index("seed")["test_accuracy"]
    seeds = found.seeds.set_index(["reg", "seed"])["test_accuracy"]
    assert seeds["l2"].to_dict() == pytest.approx(guess.to_dict(), abs=1e-8)
    row = comparisons(found, "test_accuracy")["l2"]
    assert (row["verdict"], row["beats_guess"]) == ("better", "no")
    balanced = found.seeds.set_index("reg").loc["l2", ["balanced_accuracy", "roc_auc"]]
    assert balanced["balanced_accuracy"].to_numpy() == pytest.approx(0.5)

    sections = load_sections((), load_params())
    answer, others, *_ = study_findings(sections["lopsided"])
    assert answer.endswith("; no method is firmly better.")
    assert f"{GUESS_MEANING}: L2" in others
    for text in (readme.block(sections, list(CELLS)), results_page(sections, list(CELLS))):
        lines = [line for line in text.splitlines() if line.startswith("| L2")]
        assert lines
        assert "**" not in "".join(lines)
    assert "| Constant guess" in text
    card = cards.effect_block([load_evidence("lopsided")], Path("docs/regularizers/l2.md"))
    assert f"{GUESS_MEANING} in lopsided" in card
    assert "**better" not in card
    capsys.readouterr()
    call(monkeypatch, review)
    assert capsys.readouterr().out.endswith(f", {GUESS_MEANING}\n")
    assert json.loads(paths.REVIEW.read_text())["test_accuracy"]["verdict"] == GUESS_MEANING
    call(monkeypatch, report)
    pages = (paths.study_page("lopsided"), paths.REPORT / "lopsided.html")
    assert all(GUESS_MEANING in page.read_text().lower() for page in pages)
    for page in (*pages, paths.START_PAGE):
        text = page.read_text()
        assert "**better**" not in text
        assert 'td class="better"' not in text
        assert 'tr class="better"' not in text


def test_a_choice_among_constant_guesses_says_so(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(shuffled([376, 24]), separation=0.0)
    swept = {"seeds": SEEDS, "families": {"l2": [1.0, 10.0]}}
    raw = {"studies": ["lopsided"], "families": ["l2"], "sweeps": {"lopsided": swept}}
    paths.PATHS_PARAMS.parent.mkdir()
    paths.PATHS_PARAMS.write_text(yaml.safe_dump(raw))
    call(monkeypatch, path, "lopsided", "l2")
    call(monkeypatch, sweeps, "lopsided")
    [row] = pd.read_csv(paths.sweep_summary("lopsided") / "tuned.csv").to_dict("records")
    assert (row["constant_guess"], row["beats_guess"]) == ("yes", "no")


def test_three_classes_are_held_against_the_most_frequent_one(
    told_apart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Collapsed is what gets 70 % right, twice one third."""
    monkeypatch.chdir(told_apart)
    found = results.load("lopsided")
    assert found.guessed("test_accuracy") == pytest.approx(0.7, abs=0.03)
    assert found.guessed("balanced_accuracy") == pytest.approx(1 / 3)
    assert (found.at_chance, found.lost) == ({"l2": SEEDS}, {"l2"})
    row = comparisons(found, "test_accuracy")["l2"]
    assert (row["verdict"], row["beats_guess"]) == ("worse", "no")
    none = found.seeds[found.seeds["reg"] == "none"]
    assert none["test_accuracy"].min() > 0.9
    assert none["roc_auc"].min() > 0.95
    means = found.summary
    assert means["l2"]["balanced_accuracy"] == pytest.approx(1 / 3, abs=1e-6)


def test_what_a_study_is_about_heads_its_pages(
    told_apart: Path,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(told_apart, workspace, dirs_exist_ok=True)
    paths.PARAMS.write_text(yaml.safe_dump(params("balanced_accuracy"), sort_keys=False))
    call(monkeypatch, summarize, "lopsided")
    sections = load_sections((), load_params())
    answer, others, *_ = study_findings(sections["lopsided"])
    assert answer.endswith(" in balanced accuracy; no method is firmly better.")
    assert others.startswith("Verdicts: worse: L2 (−")
    assert "lopsided (balanced accuracy)" in results_page(sections, list(CELLS))
    capsys.readouterr()
    call(monkeypatch, review)
    assert capsys.readouterr().out.startswith("lopsided: balanced accuracy of l2 minus none -")
    # Tables of an older version do not have it.
    (paths.summary("lopsided") / SUMS_FILE).unlink()
    file = paths.summary("lopsided") / "seeds.csv"
    pd.read_csv(file).drop(columns="balanced_accuracy").to_csv(file, index=False)
    with pytest.raises(RegscopeError) as refused:
        results.load("lopsided")
    assert str(refused.value) == (
        "studies.lopsided.evaluation.primary = balanced_accuracy:"
        " metrics/studies/lopsided/seeds.csv has no balanced_accuracy; rebuild the study with:"
        " dvc exp run -S study=lopsided"
    )
