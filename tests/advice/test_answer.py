"""Advice in words: known answers of small, made-up data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from regscope.advice.lost import NO_ROOM
from regscope.report.advice_answer import answer
from regscope.report.advice_page import write_page
from regscope.report.advice_settings import as_study, to_go_on
from regscope.report.advice_tables import overview, parts, table
from regscope.report.render import plain_text
from regscope.statistics import EQUAL


def arm(name: str, difference: float = 0.0, **changes: Any) -> dict[str, Any]:
    found = {
        "arm": name,
        "tried": 16,
        "methods": {} if name == "none" else {name: 0.001},
        "learning_rate": 0.003,
        "epochs": 30,
        "ends": [],
        "validation": 0.95 + difference,
        "test": 0.94 + difference,
        "beats_guess": True,
    }
    if name != "none":
        found |= {
            "difference": difference,
            "low": difference - 0.004,
            "high": difference + 0.004,
            "p_holm": 0.01,
            "verdict": "better" if difference > 0.004 else "undecided",
            "firm": True,
            "undecided": "",
            "new_low": difference - 0.006,
            "new_high": difference + 0.006,
            "new_p_holm": 0.02,
            "holds": True,
        }
    return found | changes


def advice(*arms: dict[str, Any], advised: str = "none", **changes: Any) -> dict[str, Any]:
    return {
        "study": "churn",
        "title": "Churn",
        "measure": "test_accuracy",
        "matters": 0.005,
        "trials": 16,
        "seed": 0,
        "search_seeds": 9,
        "test_seeds": 10,
        "test_examples": 1200,
        "shared_test": True,
        "networks": 400,
        "guess": 0.6,
        "advised": advised,
        "arms": [arm("none"), *arms],
        "trees": None,
        "parts": [],
        "unfit": {},
        "environment": {},
        **changes,
    }


def test_the_advice_comes_first_then_what_it_buys_and_how_sure_that_is() -> None:
    told = answer(advice(arm("l2", 0.02), arm("l1", 0.001), advised="l2"))
    assert told == [
        "Use L2 of 0.001, learning rate 0.003, 30 epochs.",
        "On 1,200 examples that the search never saw its test accuracy is 96.00 %: +2.00 points"
        " [+1.60, +2.40] against no regularizer at its best, 94.00 % (learning rate 0.003, 30"
        " epochs).",
        "That it is better is firm: neither one seed nor last digits would turn it, of 10 fresh"
        " seeds, corrected for 2 methods. For other examples like these it holds, too: [+1.40,"
        " +2.60].",
        "Undecided: L1.",
    ]


def test_what_would_decide_is_said_of_the_first_that_is_undecided() -> None:
    note = "These 10 seeds can show differences from 0.90 points on; 23 would be needed."
    told = answer(advice(arm("l2", 0.003, undecided=note), arm("l1", 0.001, undecided="x.")))
    assert told[-2:] == [
        "Undecided: L2 and L1.",
        "Of these L2 comes first: these 10 seeds can show differences from 0.90 points on; 23 would"
        " be needed.",
    ]


def test_where_nothing_is_better_it_says_so() -> None:
    equal = arm("l1", 0.001, verdict="no difference that matters")
    told = answer(advice(equal, arm("l2", -0.02, verdict="worse")))
    assert told == [
        "Use no regularizer, learning rate 0.003, 30 epochs: of 2 methods none is shown to be"
        " better.",
        "On 1,200 examples that the search never saw its test accuracy is 94.00 %.",
        "No difference that matters: L1.",
        "Worse than no regularizer: L2.",
    ]


def test_what_is_better_than_none_and_no_better_than_a_guess_is_no_advice() -> None:
    told = answer(advice(arm("l2", 0.02, beats_guess=False)))
    assert told[0].startswith("Use no regularizer")
    assert told[2:] == [
        "Better than no regularizer, but not than always guessing the same: L2 (+2.00)."
    ]
    none = answer(advice(arm("l2", 0.02), advised="l2") | {"arms": [arm("none", beats_guess=False)],
                                                          "advised": "none"})  # fmt: skip
    assert none[1].endswith(", not shown to be better than always guessing the same.")


def test_a_verdict_on_the_edge_and_one_for_these_examples_alone_say_so() -> None:
    told = answer(advice(arm("l2", 0.005, firm=False), arm("l1", 0.005, holds=False), advised="l2"))
    assert "on the edge: one seed, or last digits, would turn it" in told[2]
    assert told[3] == "Better on these examples, which is not shown for others: L1 (+0.50)."
    [row] = [row for row in table(advice(arm("l1", 0.005, holds=False))).rows if row[0].reg == "l1"]
    assert row[-2].text == "better on these examples"
    assert not row[-2].stands_out


@pytest.mark.parametrize(
    ("low", "told"),
    [
        (-0.01, "[−1.00, +9.00]."),
        (0.01, "[+1.00, +9.00] taken by itself, which one of 3 methods may come to by luck."),
    ],
)
def test_of_those_better_on_these_examples_the_first_has_what_would_decide(
    low: float, told: str
) -> None:
    here = {"holds": False, "new_low": low, "new_high": 0.09}
    arms = (arm("l2", 0.02, **here), arm("l1", 0.05, **here), arm("dropout", 0.001))
    sentences = answer(advice(*arms))
    assert sentences[0].endswith(
        ": of 3 methods none is shown to be better for other examples, too."
    )
    assert sentences[2:4] == [
        "Better on these examples, which is not shown for others: L1 (+5.00) and L2 (+2.00).",
        f"L1 comes first: for other examples {told} More examples to test on would decide.",
    ]


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("better", "better than this network on these examples"),
        ("worse", "worse than this network on these examples"),
        ("undecided", "not to be told from this network"),
        (EQUAL, f"{EQUAL} to this network on these examples"),
    ],
)
def test_trees_stand_beside_what_is_advised(verdict: str, told: str) -> None:
    trees = {"test": 0.97, "difference": 0.01, "low": 0.002, "high": 0.018, "verdict": verdict}
    sentences = answer(advice(arm("l2", 0.02), advised="l2", trees=trees))
    assert sentences[3] == (
        "Gradient-boosted trees, of as many settings, have 97.00 % (+1.00 points [+0.20, +1.80]):"
        f" {told}."
    )


def test_arms_that_the_minutes_had_no_room_for_are_named() -> None:
    why = f"{NO_ROOM}: those of --minutes 3 held 2 of 4 arms"
    unfit = {"ema": why, "sam": why, "mixup": "there is none for table data"}
    told = answer(advice(arm("l2", 0.02), advised="l2", unfit=unfit))
    [sentence] = [one for one in told if "minutes" in one]
    assert sentence == "Of 2 more arms nothing is said, for want of minutes: EMA and SAM."
    [sentence] = [one for one in answer(advice(unfit={"cocktail": why})) if "minutes" in one]
    assert sentence == "Of one more arm nothing is said, for want of minutes: Cocktail."
    told = answer(advice(unfit={"mixup": "there is none for table data"}))
    assert not any("minutes" in one for one in told)


def test_what_each_part_of_a_cocktail_adds_is_a_table() -> None:
    part = {"method": "l2", "difference": 0.01, "low": 0.005, "high": 0.015, "verdict": "better",
            "firm": True, "p_holm": 0.01}  # fmt: skip
    other = {**part, "method": "batch_norm", "difference": 0.02}
    found = parts(advice(parts=[part, other]))
    assert found is not None
    assert [row[0].text for row in found.rows] == ["Batch norm", "L2"]
    assert parts(advice()) is None


def test_ends_of_what_was_tried_are_named_of_none_too() -> None:
    ends = ["the largest learning rate", "the most epochs", "the largest l2"]
    data = advice(arm("l2", 0.02, ends=ends), advised="l2")
    data["arms"][0]["ends"] = ["the smallest learning rate"]
    assert answer(data)[-2:] == [
        "L2 has chosen the largest learning rate, the most epochs and the largest L2 of those"
        " tried: better may lie beyond.",
        "No regularizer has chosen the smallest learning rate of those tried: better may lie"
        " beyond.",
    ]


def test_a_cocktail_names_what_it_is_made_of() -> None:
    mixed = arm("cocktail", 0.02, methods={"batch_norm": True, "l2": 0.01})
    data = advice(mixed, arm("sam", 0.01), advised="cocktail")
    assert answer(data)[0] == "Use batch norm and L2 of 0.01, learning rate 0.003, 30 epochs."
    assert "Better than no regularizer, too: SAM (+1.00)." in answer(data)
    assert "Cocktail of batch norm and L2" in plain_text(table(data))


def test_numbers_are_told_in_their_own_measure() -> None:
    data = advice(arm("l2", 0.02), advised="l2", measure="test_r2")
    assert "its test R² is 0.960: +0.020 [+0.016, +0.024] against" in answer(data)[1]


def test_the_table_has_the_best_first_and_marks_verdicts() -> None:
    found = table(advice(arm("l1", -0.02, verdict="worse"), arm("l2", 0.02), advised="l2"))
    assert [row[0].text for row in found.rows] == ["L2", "None", "L1"]
    assert found.rows[0][-2].stands_out
    assert {len(row) for row in found.rows} == {len(found.columns)}


def test_training_costs_so_many_times_what_none_costs() -> None:
    timed = advice(arm("l2", 0.02, seconds=1.5), arm("l1", seconds=6.0), advised="l2")
    timed["arms"][0]["seconds"] = 0.5
    assert "(learning rate 0.003, 30 epochs), for 3.0 times its training time." in answer(timed)[1]
    rows = {row[0].text: row[-1].text for row in table(timed).rows}
    assert rows == {"L2": "3.0×", "L1": "12×", "None": "1.0×"}
    timed["arms"][0]["seconds"] = None
    assert "training time" not in " ".join(answer(timed))
    assert {row[-1].text for row in table(timed).rows} == {"–"}


@pytest.mark.parametrize("advised", ["l2", "none"])
def test_what_goes_on_with_it_is_yaml(advised: str) -> None:
    found = yaml.safe_load(to_go_on(advice(arm("l2", 0.02), advised=advised)))
    assert found["training"] == {"learning_rate": 0.003, "epochs": 30}
    cells: dict[str, dict[str, float]] = {"none": {}}
    cells |= {"advised": {"l2": 0.001}} if advised == "l2" else {}
    assert found["regularizers"] == cells


def test_the_page_holds_answer_table_picture_and_what_was_not_tried(tmp_path: Path) -> None:
    data = advice(arm("l2", 0.02), advised="l2", unfit={"mixup": "there is none for table data"})
    write_page(data, tmp_path / "page", tmp_path / "plots")
    page = (tmp_path / "page" / "README.md").read_text()
    assert page.startswith("# Advice: Churn\n\nUse L2 of 0.001, learning rate 0.003, 30 epochs.")
    assert "](../plots/choices.png)" in page
    assert "**better**" in page
    assert "- Mixup: there is none for table data" in page
    picture = (tmp_path / "plots" / "choices.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    write_page(data, tmp_path / "page", tmp_path / "plots")
    assert (tmp_path / "plots" / "choices.png").read_bytes() == picture


@pytest.mark.parametrize("advised", ["l2", "none"])
def test_as_a_study_it_has_the_training_and_the_cell_that_are_advised(advised: str) -> None:
    block = {"title": "Churn", "data": {"source": "digits"}, "training": {"seeds": 10, "epochs": 5},
             "regularizers": {"none": {}, "l1": {"l1": 0.1}}}  # fmt: skip
    found = as_study(advice(arm("l2", 0.02), advised=advised), block)
    assert found["title"] == "Churn, as advised"
    assert found["training"] == {"seeds": 10, "epochs": 30, "learning_rate": 0.003}
    own = {"advised": {"l2": 0.001}} if advised == "l2" else {}
    assert found["regularizers"] == {"none": {}, **own}
    assert block["regularizers"] == {"none": {}, "l1": {"l1": 0.1}}


def test_the_overview_has_a_row_a_study_with_the_interval_that_holds() -> None:
    found = overview({"churn": advice(arm("l2", 0.02), advised="l2"), "null": advice()})
    assert [[cell.text for cell in row] for row in found.rows] == [
        ["churn", "L2 of 0.001", "learning rate 0.003, 30 epochs", "96.00 %", "+2.00 points",
         "[+1.40, +2.60]", "2 x 16"],
        ["null", "no regularizer", "learning rate 0.003, 30 epochs", "94.00 %", "–", "–", "1 x 16"],
    ]  # fmt: skip
