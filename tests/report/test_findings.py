"""Sentences say what the tables carry, and nothing else."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regscope.base.lines import joined
from regscope.report import rates_tables
from regscope.report.across import across
from regscope.report.findings import study_findings
from regscope.report.phrases import number_of
from regscope.report.sections import Section, load_sections
from regscope.report.verdicts import load_claims
from regscope.study.params import load_params
from tests.advice.test_answer import advice, arm
from tests.committed import committed
from tests.report import synthetic
from tests.report.test_standings import CELLS, EDGE, FIRST, NONE, sections, shifted

ALONE = "All cells have the study's own learning rate and epochs; others were not tried, and may"


def said(own: Section) -> str:
    return " ".join(study_findings(own))


def answers(own: dict[str, Section], regs: Sequence[str]) -> str:
    return " ".join(sentence for one in across(own, regs) for sentence in one.answer)


def with_zeros(own: Section, **shares: float) -> Section:
    seeds = own.results.seeds.astype({"zero_fraction": float})
    for reg, share in shares.items():
        seeds.loc[seeds["reg"] == reg, "zero_fraction"] = share
    return replace(own, results=replace(own.results, seeds=seeds))


def test_names_are_joined_as_people_do() -> None:
    assert [joined(names) for names in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip


def test_the_answer_comes_first(workspace: Path) -> None:
    own = sections(first=FIRST | {"l1": shifted(0.03), "dropout": shifted(0.05)})["first"]
    first, others, rates, *_ = study_findings(own)
    assert re.fullmatch(
        r"Without a regularizer: 92\.00 %; firmly better: Dropout by 5\.02 points"
        r" \[\+4\.9\d, \+5\.1\d\] and L1 by 3\.02 points\.",
        first,
    )
    assert others == "Of the others: worse: L2 (−2.98)."
    assert rates.startswith(ALONE)


def test_where_there_is_advice_it_says_what_is_best_when_each_is_at_its_best(
    workspace: Path,
) -> None:
    own = replace(sections(first=FIRST)["first"], advice=advice(arm("l2", 0.02), advised="l2"))
    assert (
        "All cells have the study's own learning rate and epochs; others may turn any of this."
        " Each at its best: Use L2 of 0.001, learning rate 0.003, 30 epochs."
    ) in study_findings(own)
    assert ALONE not in said(own)


def test_no_method_is_better(workspace: Path) -> None:
    cells = {"none": NONE, "l1": shifted(0.0), "l2": shifted(0.0, spread=10)}
    first, others, *_ = study_findings(sections(only=cells)["only"])
    assert first == "Without a regularizer: 92.00 %; no method is firmly better."
    assert others == "Verdicts: no difference that matters: L1; undecided: L2 (+0.16)."


def test_what_is_on_the_edge_is_not_in_the_answer(workspace: Path) -> None:
    own = sections(only={"none": NONE, "l1": EDGE})["only"]
    first, others, *_ = study_findings(own)
    assert first == "Without a regularizer: 92.00 %; no method is firmly better."
    assert others == "Verdicts: on the edge: better L1 (+1.20)."


def test_the_best_learning_rates_of_each(workspace: Path) -> None:
    own = sections(first=FIRST)["first"]
    best = {"difference": 0.01, "low": 0.005, "high": 0.015, "verdict": "better", "firm": True}
    less = {"difference": -0.02, "low": -0.03, "high": -0.01, "verdict": "worse", "firm": True}
    tried = synthetic.at_best(
        own,
        none={"epochs": 2},
        l1=best | {"most_epochs": True},
        l2=best | {"firm": False},
        dropout=less,
    )
    assert (
        "Tuned, none reaches 95.00 % (fewest epochs tried), and against it firmly better: L1 by"
        " 1.00 points [+0.50, +1.50] (most epochs tried); firmly worse: Dropout by 2.00 points"
        " [−3.00, −1.00]."
    ) in study_findings(tried)
    nobody = synthetic.at_best(own, l1=best | {"verdict": "undecided"})
    assert "none reaches 95.00 %, and against it no method is firmly better." in said(nobody)


@pytest.mark.parametrize("seeds", [1, 3])
def test_too_few_seeds_tell_of_no_method(seeds: int, workspace: Path) -> None:
    own = synthetic.section(synthetic.found({"none": NONE[:seeds], "l1": shifted(0.03)[:seeds]}))
    first, others, *_ = study_findings(own)
    counted = "1 seed is" if seeds == 1 else "3 seeds are"
    assert first.endswith(f" %; {counted} too few to tell of any method.")
    assert re.fullmatch(r"Verdicts: too few seeds to tell: L1 \(\+3\.\d\d\)\.", others)


def test_a_network_that_only_guesses_is_told_of_as_that_alone(workspace: Path) -> None:
    """All its weights can go, and it is as accurate as ever."""
    lost = {"none": NONE, "l1": shifted(0.03), "l2": (0.5, 0.5, 0.49, 0.5, 0.5)}
    own = with_zeros(synthetic.section(synthetic.found(lost)), l2=0.9)
    rows = own.results.comparisons.to_dict("records")
    for row in rows:
        if (row["measure"], row["reg"]) == ("prunable_fraction", "l2"):
            row |= {"difference": 0.25, "verdict": "higher", "firm": True}
    own = replace(
        own, results=replace(own.results, comparisons=type(own.results.comparisons)(rows))
    )
    text = said(own)
    assert "worse: L2 (−42.20, collapsed)." in text
    assert "Seeds that are hardly better than a guess: L2 (5 of 5)." in text
    assert "Prunable" not in text
    assert "Of the weights, exactly zero: 90 % with L2, which learned nothing." in text
    assert "No method sets a hundredth" in answers({"tiny": own}, ("l1", "l2"))


def test_what_was_not_measured_is_not_told(workspace: Path) -> None:
    own = sections(first=FIRST)["first"]
    for seeds in (
        own.results.seeds.drop(columns="zero_fraction"),
        own.results.seeds.assign(zero_fraction=math.nan),
    ):
        older = replace(own, results=replace(own.results, seeds=seeds))
        assert "exactly zero" not in said(older)
        assert "exactly zero" not in answers({"first": older}, tuple(CELLS))


def test_zeros_that_the_baseline_has_too_are_no_methods_doing(workspace: Path) -> None:
    own = sections(first=FIRST)["first"]
    assert "No method sets a hundredth of the weights to exactly zero." in study_findings(
        with_zeros(own, none=0.017, l1=0.017, l2=0.026)
    )
    assert "Of the weights, exactly zero: 3 % with L2." in study_findings(
        with_zeros(own, none=0.017, l1=0.017, l2=0.028)
    )


def test_zeros_and_what_cells_are_compared_in(workspace: Path) -> None:
    own = sections(first=FIRST)["first"]
    assert "No method sets a hundredth of the weights to exactly zero." in study_findings(own)
    assert "Of the weights, exactly zero: 41 % with L1." in study_findings(
        with_zeros(own, l1=0.412, l2=0.009)
    )
    rows = own.results.comparisons.to_dict("records")
    for row in rows:
        if (row["measure"], row["reg"]) in {
            ("corruption_accuracy", "l1"), ("corruption_accuracy", "dropout"),
        }:  # fmt: skip
            row |= {"difference": 0.02 if row["reg"] == "l1" else 0.03, "verdict": "better"}
            row |= {"firm": True, "beats_guess": "yes"}
        if (row["measure"], row["reg"]) == ("prunable_fraction", "l2"):
            row |= {"difference": 0.1, "verdict": "higher", "firm": False}
    changed = replace(
        own, results=replace(own.results, comparisons=type(own.results.comparisons)(rows))
    )
    assert (
        "Accuracy under corruption, 70.00 % with none: better with Dropout (+3.00 points, the"
        " largest of 2 such cells)."
    ) in study_findings(changed)
    assert "Prunable" not in said(changed)


@settings(max_examples=40)
@given(
    st.lists(st.floats(0.5, 0.99), min_size=5, max_size=7),
    st.lists(st.floats(-0.05, 0.05), min_size=5, max_size=5),
)
def test_no_sentence_says_better_of_a_cell_that_is_not_firmly_so(
    none: list[float], steps: list[float]
) -> None:
    none = none[:5]
    found = {
        "none": none,
        "l1": [min(1.0, own + step) for own, step in zip(none, steps, strict=True)],
    }
    own = synthetic.section(synthetic.found(found))
    row = own.results.compared["test_accuracy"]["l1"]
    firm = row["verdict"] == "better" and row["firm"]
    assert ("firmly better: L1" in study_findings(own)[0]) == bool(firm)


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(committed())
        params = load_params()
        found = load_sections((), params)
        return {"sections": found, "regs": params.regs, "claims": load_claims()}


def test_of_the_committed_results_every_better_cell_and_document_is_named(
    ours: dict[str, Any],
) -> None:
    for own in ours["sections"].values():
        compared = own.results.compared[own.results.primary]
        better = [r for r, row in compared.items() if row["verdict"] == "better" and row["firm"]]
        assert len(re.findall(r" by \d", study_findings(own)[0])) == len(better)
    asked = {question.name: question.asked for question in across(**ours)}
    titles = {number_of(claim): claim["title"] for claim in ours["claims"]}
    assert set(titles) == {
        *(f"00{number}" for number in range(5)),
        *(f"arXiv-{number}" for number in ("2106.11189", "1710.09412", "2010.01412", "1903.11680")),
    }
    # What two abstracts say in passing is no headline.
    for number in ("arXiv-2010.01412", "arXiv-1903.11680"):
        del titles[number]
        assert f"document-{number}" not in asked
    for number, title in titles.items():
        assert asked[f"document-{number}"] == f"Was the headline of “{title}” right?"


def test_pages_are_short() -> None:
    """An index of at most 200 lines, a study of at most 250, a README of at most 150."""
    root = committed()
    assert len((root / "metrics/README.md").read_text().splitlines()) <= 200
    assert len((root / "README.md").read_text().splitlines()) <= 150
    pages = list((root / "metrics/pages").glob("*.md"))
    assert len(pages) >= 11
    for page in pages:
        assert len(page.read_text().splitlines()) <= 250, page


@pytest.mark.parametrize(
    ("row", "rate", "epochs", "words"),
    [
        ({}, "0.01", "4", ""),
        ({"epochs": 2}, "0.01", "2 (fewest tried)", "fewest epochs tried"),
        ({"epochs": 8, "most_epochs": True}, "0.01", "8 (most tried)", "most epochs tried"),
        (
            {"epochs": 2, "rate_end": "largest"},
            "0.01 (largest tried)",
            "2 (fewest tried)",
            "largest learning rate tried and fewest epochs tried",
        ),
    ],
)
def test_the_ends_of_a_grid_are_named(
    row: dict[str, Any], rate: str, epochs: str, words: str, workspace: Path
) -> None:
    found = synthetic.at_best(sections(first=FIRST)["first"], l1=row).at_best
    assert found is not None
    assert rates_tables.rate(found, "l1") == rate
    assert rates_tables.epochs(found, "l1") == epochs
    assert rates_tables.beyond(found, "l1") == words
