"""metrics/claims.md: published claims by the question that they answer, whoever asks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from regscope.base import paths
from regscope.claims.measures import AHEAD, parse
from regscope.report.advice_phrases import within_sentence
from regscope.report.claims_table import counts_line, over_tables
from regscope.report.columns import on_edge
from regscope.report.formats import EDGE
from regscope.report.in_markdown import joined, link
from regscope.report.render import escape
from regscope.report.verdicts import Claims
from regscope.study.params import BASELINE

QUESTIONS = {
    "accuracy": ("Accuracy", "Do networks get more right with {}?"),
    "overfitting": ("Overfitting", "Do networks overfit less with {}?"),
    "loss": ("Loss on test", "Is the test loss lower with {}?"),
    "training": ("Training", "How fast and how far does training get with {}?"),
    "luck": ("Luck", "Do results depend less on luck with {}?"),
    "classes": ("Classes", "Which classes does {} help, and which are mixed up?"),
    "weights": ("Weights", "What do weights look like with {}?"),
    "pruning": ("Pruning", "How much can be removed with {}?"),
    "units": ("Hidden units", "What do hidden units do with {}?"),
    "robustness": ("Robustness", "Are networks more robust with {}?"),
    "calibration": ("Calibration", "Do networks know better how sure they are with {}?"),
    "figures": ("Printed figures", "Is what is printed for {} what comes out?"),
}
"""Of every aspect its heading, and what is asked of a method."""

ASPECTS = {
    "train_accuracy": "training",
    "train_loss": "training",
    "train_r2": "training",
    "training_loss_area": "training",
    "epochs_to_training_loss": "training",
    "generalization_gap": "overfitting",
    "loss_gap": "overfitting",
    "test_loss_rise": "overfitting",
    "test_accuracy_fall": "overfitting",
    "test_loss": "loss",
    "validation_loss": "loss",
    "class_f1_sd": "classes",
    "best_epoch_accuracy": "accuracy",
    "balanced_accuracy": "accuracy",
    "roc_auc": "accuracy",
    "average_precision": "accuracy",
    "top5_accuracy": "accuracy",
    "test_error": "accuracy",
    "validation_accuracy": "accuracy",
    AHEAD: "accuracy",
}
"""Of measures; others have that of their part of the tables, weights if they are of these."""

TABLES = {"spread": "luck", "confused": "classes", "layers": "weights", "units": "units"}

PARTS = {"words": "accuracy"}

NOTHING = "no regularizer"

Claim = Mapping[str, Any]


def claims_page(claims: Claims) -> str:
    """The whole page: every aspect, of it every method that somebody has said something about, what
    became of that, and each claim with its verdict."""
    blocks = [
        "# Published claims by question",
        "Written by the stage `report` from `metrics/claims.json`; changes made here are lost."
        " What the verdicts mean stands on the [results page]"
        f"({link(paths.RESULTS_PAGE, paths.CLAIMS_PAGE)}#published-claims), how they are reached in"
        f" [docs/claims.md]({link(paths.CLAIMS_RULE, paths.CLAIMS_PAGE)}).",
        counts_line(claims),
    ]
    aspects = {
        aspect: [claim for claim in claims if aspect_of(claim) == aspect] for aspect in QUESTIONS
    }
    there = [QUESTIONS[aspect][0] for aspect, found in aspects.items() if found]
    blocks.append(" · ".join(f"[{heading}](#{_anchor(heading)})" for heading in there))
    for aspect, found in aspects.items():
        heading, asked = QUESTIONS[aspect]
        if found:
            blocks.append(f"## {heading}")
        for method, own in by_method(found).items():
            name = NOTHING if method == BASELINE else within_sentence(method)
            blocks.append(f"### {escape(asked.format(name))}")
            blocks.append(f"{counts_line(own)}\n\n" + "\n".join(_lines(own)))
    return joined(blocks)


def aspect_of(claim: Claim) -> str:
    """Which of QUESTIONS it answers."""
    if claim["comparison"] == "value":
        return "figures"
    measure = parse(claim["measure"])
    assert measure is not None, claim["measure"]
    if measure.table in TABLES:
        return TABLES[measure.table]
    if measure.column in ASPECTS:
        return ASPECTS[measure.column]
    if measure.column.startswith(("weight_", "filter_")):
        return "weights"
    return PARTS.get(measure.entry.part, measure.entry.part)


def by_method(claims: Claims) -> dict[str, list[Claim]]:
    """The claims about each method, in the order in which methods come up; no regularizer last.

    A claim is about the cells that it names. One that holds no regularizer against methods is about
    these.
    """
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        named = [cell for cell in claim["cell"] if cell != BASELINE]
        named = named or [cell for cell in claim["against"] if cell != BASELINE] or [BASELINE]
        for cell in named:
            found.setdefault(cell, []).append(claim)
    last = found.pop(BASELINE, None)
    return found if last is None else {**found, BASELINE: last}


def _anchor(heading: str) -> str:
    """As code hosts and the site make them."""
    return heading.lower().replace(" ", "-")


def _lines(claims: Claims) -> Iterator[str]:
    for claim in claims:
        edge = f", {EDGE}" if on_edge(claim) else ""
        yield (
            f"- {escape(claim['statement'])} **{claim['verdict']}**{edge}"
            f" ({escape(claim['title'])}, {escape(claim['section'])}; {_where(claim)})"
        )


def _where(claim: Claim) -> str:
    if over_tables(claim):
        return "over all tables with advice"
    if claim["verdict"] == "not run":
        return escape(claim["study"])
    page = link(paths.study_page(claim["study"]), paths.CLAIMS_PAGE)
    return f"[{escape(claim['study'])}]({page}#published-claims)"
