"""Published claims by question: known answers, and that none is lost."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from regscope.measures.catalog import SEEDS, TABLES
from regscope.report.by_question import QUESTIONS, aspect_of, by_method, claims_page
from tests.committed import ROOT
from tests.report.synthetic import claim


def about(measure: str, **others: Any) -> dict[str, Any]:
    return claim("one", "mnist", "reproduced") | {"measure": measure} | others


@pytest.mark.parametrize(
    ("measure", "aspect"),
    [
        ("test_accuracy", "accuracy"),
        ("best_epoch_accuracy", "accuracy"),
        ("balanced_accuracy", "accuracy"),
        ("roc_auc", "accuracy"),
        ("top5_accuracy", "accuracy"),
        ("paths.validation_loss", "loss"),
        ("paths.test_accuracy", "accuracy"),
        ("advice.test_accuracy", "accuracy"),
        ("advice.ahead", "accuracy"),
        ("generalization_gap", "overfitting"),
        ("test_accuracy_fall", "overfitting"),
        ("test_loss", "loss"),
        ("train_loss", "training"),
        ("spread.test_accuracy", "luck"),
        ("confused.excess", "classes"),
        ("class_f1_sd", "classes"),
        ("weight_skewness", "weights"),
        ("filter_total_variation", "weights"),
        ("layers.zero_fraction", "weights"),
        ("units.correlation", "units"),
        ("unit_correlation", "units"),
        ("prunable_fraction", "pruning"),
        ("corruption_drop", "robustness"),
        ("expected_calibration_error", "calibration"),
    ],
)
def test_a_measure_answers_the_question_of_its_kind(measure: str, aspect: str) -> None:
    assert aspect_of(about(measure, comparison="higher")) == aspect


def test_every_measure_answers_some_question() -> None:
    names = [measure.name for measure in SEEDS]
    names += [
        f"{table}.{one.name}"
        for table, every in TABLES.items()
        if table != "seeds"
        for one in every
    ]
    assert {aspect_of(about(name, comparison="lower")) for name in names} <= set(QUESTIONS)
    assert aspect_of(about("test_accuracy", comparison="value")) == "figures"


def test_a_claim_is_about_the_methods_that_it_names() -> None:
    none = about("weight_std", cell=["none"], against=["l1", "l2"])
    both = about("weight_std", cell=["none", "l1"], against=["dropout"])
    alone = about("train_accuracy", cell=["none"], against=[])
    found = by_method([alone, none, both])
    assert found == {"l1": [none, both], "l2": [none], "none": [alone]}
    assert list(found) == ["l1", "l2", "none"]


def test_the_page_holds_every_committed_claim_with_its_verdict() -> None:
    claims = json.loads((ROOT / "metrics/claims.json").read_text())["claims"]
    page = claims_page(claims)
    bullets = [line for line in page.splitlines() if line.startswith("- ")]
    for one in claims:
        told = [line for line in bullets if one["statement"] in line.replace("\\", "")]
        assert told, one["id"]
        assert all(f"**{one['verdict']}**" in line for line in told)
    anchors = re.findall(r"\]\(#([a-z-]+)\)", page)
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert anchors == [heading.lower().replace(" ", "-") for heading in headings]


def test_it_is_committed_as_it_is_made() -> None:
    claims = json.loads((ROOT / "metrics/claims.json").read_text())["claims"]
    assert (ROOT / "metrics/claims.md").read_text() == claims_page(claims)
