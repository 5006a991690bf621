"""In which studies a method is better, worse, the same or open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from regscope.report.render import markdown
from regscope.report.results_page import results_page
from regscope.report.sections import Section, load_sections
from regscope.report.standings import Standing, further, standings, standings_table
from regscope.study.params import load_params
from tests.advice.test_answer import advice, arm
from tests.report import synthetic

NONE = (0.90, 0.91, 0.92, 0.93, 0.94)
STEPS = (0.001, -0.001, 0.0005, -0.0005, 0.0008)


def shifted(by: float, spread: float = 1.0) -> tuple[float, ...]:
    return tuple(own + by + spread * step for own, step in zip(NONE, STEPS, strict=True))


EDGE = (0.91, 0.92, 0.93, 0.94, 0.96)
CELLS = {"none": {}, "l1": {"l1": 0.1}, "l2": {"l2": 0.1}, "dropout": {"dropout": 0.1}}
FIRST = {"none": NONE, "l1": shifted(0.03), "l2": shifted(-0.03), "dropout": shifted(0.0)}
SECOND = {"none": NONE, "l1": shifted(0.03), "l2": shifted(0.0, spread=10)}


def sections(**accuracies: dict[str, tuple[float, ...]]) -> dict[str, Section]:
    blocks = {
        name: synthetic.study({reg: CELLS[reg] for reg in found})
        for name, found in accuracies.items()
    }
    synthetic.write(blocks, {name: synthetic.found(own) for name, own in accuracies.items()})
    return load_sections((), load_params())


def test_by_what_the_seeds_say(workspace: Path) -> None:
    found = standings(sections(first=FIRST, second=SECOND), tuple(CELLS))
    assert found == (
        Standing("l1", ("first", "second"), (), (), ()),
        Standing("l2", (), ("first",), (), ("second",)),
        Standing("dropout", (), (), ("first",), ()),
    )
    assert [one.studies for one in found] == [("first", "second")] * 2 + [("first",)]


def test_what_is_on_the_edge_is_open(workspace: Path) -> None:
    """Five pairs in which one decides: left out, no verdict stands."""
    (found,) = standings(sections(only={"none": NONE, "l1": EDGE}), ("none", "l1"))
    assert found == Standing("l1", (), (), (), ("only",))


@pytest.mark.parametrize(
    ("verdict", "firm", "there"), [("better", True, ("first",)), ("better", False, ()),
                                   ("undecided", True, ())],
)  # fmt: skip
def test_each_at_its_best_learning_rate(
    verdict: str, firm: bool, there: tuple[str, ...], workspace: Path
) -> None:
    own = sections(first=FIRST, second=SECOND)
    own["first"] = synthetic.at_best(own["first"], l1={"verdict": verdict, "firm": firm})
    (found,) = standings(own, ("none", "l1"))
    assert (found.tried, found.better_there) == (("first",), there)


def test_the_most_often_better_come_first_and_few_studies_are_left_out() -> None:
    found = [
        Standing("dropout", ("a",), ("b", "c"), (), ()),
        Standing("l1", ("a",), ("b",), ("c",), (), ("a", "b"), ("a",)),
        Standing("l2", ("a", "b"), ("c",), (), ()),
        Standing("ema", (), (), ("a",), ()),
    ]
    text = markdown(standings_table(found, fewest=2))
    assert text.splitlines()[2:] == [
        "| L2 | **2: a, b** | **1: c** | – | – | – |",
        "| L1 | **1: a** | **1: b** | 1: c | – | 1 of 2: a |",
        "| Dropout | **1: a** | **2: b, c** | – | – | – |",
    ]
    assert "EMA" not in markdown(standings_table(found))
    assert further(found, standings_table(found)) == (
        "Further methods, without a difference that matters in a study: EMA."
    )
    first = standings_table(found, fewest=2, most=1)
    assert [row[0].reg for row in first.rows] == ["l2"]
    assert further(found, first) == (
        "Further methods, firmly better in a study: Dropout and L1; firmly worse in a study:"
        " Dropout and L1; without a difference that matters in a study: L1 and EMA."
    )


def test_where_nothing_is_firm_all_methods_have_a_row() -> None:
    found = [Standing("ema", (), (), ("a",), ()), Standing("swa", (), (), (), ("a", "b"))]
    table = standings_table(found)
    assert [row[0].reg for row in table.rows] == ["ema", "swa"]
    assert further(found, table) == ""
    assert [row[0].reg for row in standings_table(found, fewest=2).rows] == ["swa"]
    assert [row[0].reg for row in standings_table(found, fewest=3).rows] == ["ema", "swa"]


def test_the_results_page_says_in_a_sentence_what_one_study_alone_leaves_open(
    workspace: Path,
) -> None:
    own = sections(first=FIRST, second=SECOND)
    page = results_page(own, tuple(CELLS))
    overview = page.partition("## Overview")[2].partition("\n## ")[0]
    told = "In one study each, and neither firmly better nor worse there, first: Dropout ≈ +0.02."
    assert told in overview
    assert "\n| L2 |" in overview
    assert "| Dropout |" not in overview
    alone = results_page({"first": own["first"]}, tuple(CELLS))
    assert "| Dropout |" in alone.partition("## Overview")[2]
    assert "In one study each" not in alone


def test_the_advice_has_a_row_where_something_is_to_be_used_and_a_sentence_where_not(
    workspace: Path,
) -> None:
    advised = {
        "first": advice(arm("l2", 0.02), advised="l2"),
        "second": advice(arm("l2", 0.001)),
        "third": advice(arm("l2", 0.001)),
    }
    own = sections(first=FIRST, second=FIRST, third=FIRST)
    own = {name: replace(section, advice=advised[name]) for name, section in own.items()}
    told = results_page(own, tuple(CELLS)).partition("## Advice\n")[2].partition("\n## ")[0]
    assert [line.split(" | ")[0] for line in told.splitlines() if line.startswith("| ")] == [
        "| Study", "| :--", "| first",
    ]  # fmt: skip
    assert (
        "No regularizer is shown to be better in second and third: [what each of them has]"
        "(advice/README.md)."
    ) in told
    only = results_page({"second": own["second"]}, tuple(CELLS)).partition("## Advice\n")[2]
    assert "| Study | Use |" not in only
    assert "No regularizer is shown to be better in second: [" in only
