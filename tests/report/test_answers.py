"""Whether a headline was right, by verdict and firmness."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regscope.claims.rule import VERDICTS
from regscope.report import answers, words
from regscope.report.claims_table import claims_table
from regscope.report.headlines import headlines
from regscope.report.questions import Question
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


def judged(*args: Any, **others: Any) -> Question:
    (found,) = headlines([claim(*args, headline=True, **others)])
    return found


def test_the_answer_goes_first_and_how_sure_it_is_last() -> None:
    beside = claim("not at the strength assumed", False, headline=True, assumed=["l1"])
    beside |= {"document": "000_paper.txt", "unstated": "epochs"}
    other = claim("reproduced")
    assert list(headlines([beside, other])) == [
        Question(
            "document-000",
            "Was the headline of “A paper” right?",
            (
                "Not at the strength assumed, on the edge. “L1 helps”: not at the strength assumed,"
                " +1.20 points.",
            ),
            "on the edge; 5 seeds; 95 % interval [+0.64, +1.76] points; study settings, strength"
            " assumed, some unstated; one study",
            ("small",),
            "claim-a",
        )
    ]


@pytest.mark.parametrize(
    ("others", "noted"),
    [
        ({"p_holm": 0.2}, True),
        ({"p_holm": 0.05}, True),
        ({"p_holm": 0.2, "low": -0.01}, False),
        ({"p_holm": 0.2, "low": -0.02, "high": -0.01}, True),
        ({"p_holm": 0.01}, False),
        ({"p_holm": None}, False),
        ({"p_holm": 0.2, "comparison": "value"}, False),
        ({"p_holm": 0.2, "measure": "spread.test_accuracy"}, False),
    ],
)
def test_undecided_beside_an_interval_without_0_is_explained(
    others: dict[str, Any], noted: bool
) -> None:
    own = claim("undecided", headline=True, **others)
    (found,) = headlines([own])
    assert (": undecided (not after correction), " in found.answer[0]) == noted
    verdict = claims_table([own]).rows[0][1].text
    assert ("not after correction" in verdict) == noted
    assert "not after correction" not in judged("reproduced", p_holm=0.2).answer[0]


@pytest.mark.parametrize(
    ("verdict", "firm", "said"),
    [
        ("reproduced", True, "firm"),
        ("contradicted", True, "firm"),
        ("contradicted", False, "on the edge"),
        ("undecided", True, "firmly open"),
        ("undecided", False, "open, on the edge"),
        ("undecided", None, "too few seeds to tell"),
    ],
)
def test_an_answer_that_is_one_says_whether_it_is_firm(
    verdict: str, firm: bool | None, said: str
) -> None:
    assert judged(verdict, firm).sure.split("; ")[0] == said


def test_whose_settings_a_claim_was_held_against_in() -> None:
    settings = {
        judged("reproduced", **others).sure.split("; ")[3]
        for others in (
            {},
            {"unstated": "epochs"},
            {"assumed": ["l1"], "hardly_fails": "a third of a value"},
            {"set_knowing": "the margin"},
        )
    }
    assert settings == {
        "study settings, as the document states them",
        "study settings, some unstated",
        "study settings, strength assumed, can hardly fail",
        "study settings, as the document states them, number set knowing results",
    }


def test_a_claim_without_an_interval_or_without_results_says_so() -> None:
    assert judged("undecided", low=None, high=None).sure.split("; ")[2] == "no interval"
    value = judged("reproduced", comparison="value", measure="test_accuracy", effect=0.93).sure
    assert value.split("; ")[2] == "95 % interval of one new run [0.64, 1.76] %"
    none = {"effect": None, "low": None, "high": None, "seeds": None, "decided_by": None}
    assert judged("not run", None, **none).sure == "not tested"


def test_the_answers_are_explained_on_the_pages() -> None:
    assert dict(words.HOW_TO_READ)["Was the headline right?"] == answers.EXPLAINED
    page = (ROOT / "docs" / "how-to-read.md").read_text(encoding="utf-8")
    for verdict, given in answers.ANSWERS.items():
        assert f"| {given} | {verdict} |" in page
