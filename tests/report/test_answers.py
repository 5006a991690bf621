"""Whether a headline was right, by verdict and firmness."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regscope.claims.rule import VERDICTS
from regscope.report import answers, words
from regscope.report.phrases import headlines
from regscope.statistics import EQUAL
from tests.report import synthetic

ROOT = Path(__file__).parents[2]


def claim(verdict: str, firm: bool | None = True, **others: Any) -> dict[str, Any]:
    return synthetic.claim("a", "small", verdict) | {"firm": firm, "assumed": []} | others


@pytest.mark.parametrize(
    ("verdict", "firm", "edge"),
    [
        ("reproduced", "Yes", "Yes, on the edge"),
        ("same direction", "In direction, not in size", "In direction, not in size, on the edge"),
        ("compatible, says little", "Open", "Open"),
        (
            "no difference that matters",
            "No, or not by an amount that matters",
            "No, or not by an amount that matters, on the edge",
        ),
        ("undecided", "Open", "Open"),
        (
            "depends on the reading",
            "It depends on the reading",
            "It depends on the reading, on the edge",
        ),
        (
            "not at the strength assumed",
            "Not at the strength assumed",
            "Not at the strength assumed, on the edge",
        ),
        (
            "not in the setting assumed",
            "Not in the setting assumed",
            "Not in the setting assumed, on the edge",
        ),
        ("contradicted", "No", "No, on the edge"),
        ("not run", "Not tested", "Not tested"),
    ],
)
def test_the_answer_of_every_verdict(verdict: str, firm: str, edge: str) -> None:
    assert answers.answer(claim(verdict)) == firm
    assert answers.answer(claim(verdict, firm=False)) == edge
    assert answers.answer(claim(verdict, firm=None)) == edge


def test_every_verdict_has_an_answer() -> None:
    assert tuple(answers.ANSWERS) == VERDICTS


def test_what_makes_no_difference_does_so_at_the_strength_or_in_the_setting_assumed() -> None:
    given = "No, or not by an amount that matters, "
    open_strength = claim(EQUAL, assumed=["l1"], unstated="optimizer")
    assert answers.answer(open_strength) == f"{given}at the strength assumed"
    assert answers.answer(claim(EQUAL, unstated="optimizer")) == f"{given}in the setting assumed"
    # Only the strengths of cells that decide count, in any reading.
    elsewhere = claim(EQUAL, assumed=["l2"], unstated="optimizer")
    assert answers.answer(elsewhere) == f"{given}in the setting assumed"
    read = elsewhere | {"other_readings": [{"decided_by": {"cell": "l2", "against": "none"}}]}
    assert answers.answer(read) == f"{given}at the strength assumed"


def test_a_plain_yes_or_no_is_for_what_is_reproduced_or_contradicted_alone() -> None:
    plain = {verdict for verdict, given in answers.ANSWERS.items() if given in ("Yes", "No")}
    assert plain == {"reproduced", "contradicted"}


def test_the_answer_goes_first_and_takes_its_reserve_with_it() -> None:
    beside = claim("not at the strength assumed", False, headline=True, assumed=["l1"])
    beside |= {"document": "000_paper.txt", "unstated": "epochs"}
    assert list(headlines([beside], of_study=True)) == [
        (
            "Was document 000's headline right?",
            "Not at the strength assumed, on the edge. “L1 helps” (“A paper”): not at the strength"
            " assumed, +1.20 points [+0.64, +1.76] (5 seeds; settings unstated).",
            beside,
        )
    ]
    open_edge = claim("undecided", False, headline=True)
    assert list(headlines([open_edge])) == [
        (
            "Was document paper.txt's headline right?",
            "Open. “L1 helps” (“A paper”): undecided, +1.20 points [+0.64, +1.76] (5 seeds; on the"
            " edge; study small).",
            open_edge,
        )
    ]


def test_an_answer_that_is_one_says_whether_it_is_firm() -> None:
    firm = {
        verdict: next(headlines([claim(verdict, True, headline=True)]))[1]
        for verdict in ("reproduced", "contradicted", "undecided")
    }
    assert {verdict: "; firm;" in said for verdict, said in firm.items()} == {
        "reproduced": True,
        "contradicted": True,
        "undecided": False,
    }


def test_the_answers_are_explained_on_the_pages() -> None:
    assert dict(words.HOW_TO_READ)["Was the headline right?"] == answers.EXPLAINED
    page = (ROOT / "docs" / "how-to-read.md").read_text(encoding="utf-8")
    for verdict, given in answers.ANSWERS.items():
        assert f"| {given} | {verdict} |" in page
