"""How much advice changes from search to search: the table, and that the page holds it."""

from __future__ import annotations

from typing import Any

from bench import results
from bench.certainty import page
from bench.certainty.asking import METHODS, STUDIES
from bench.repeated import PAGE
from regscope.regularizers import REGULARIZERS
from regscope.study.params import load_params


def repeat(gain: float, minutes: float, *methods: str) -> dict[str, Any]:
    arm = "none" if not methods else methods[0] if len(methods) == 1 else "cocktail"
    named = dict.fromkeys(methods, 0.1)
    return {"advised": arm, "methods": named, "gain": gain, "minutes": minutes}


def test_the_table_counts_what_was_advised_and_how_far_gains_go() -> None:
    repeats = {
        "0": repeat(0.02, 1.0, "l2"),
        "1": repeat(0.0, 3.0),
        "2": repeat(0.01, 2.0, "l2"),
        "3": repeat(-0.005, 4.0, "l2", "dropout"),
    }
    head = {"date": "2026-11-30", "machine": MACHINE, "methods": ["l2", "dropout"]}
    text = page.block({**head, "studies": {"digits": {"8": repeats}}})
    row = next(line for line in text.splitlines() if line.startswith("| digits"))
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        "digits", "8", "2.5", "L2 (2), no regularizer (1) and Dropout + L2 (1)",
        "\N{MINUS SIGN}0.50 to +2.00 points",
    ]  # fmt: skip


def test_the_page_holds_what_was_measured() -> None:
    text = PAGE.read_text()
    assert page.current(text, results.load("certainty")) == text


def test_what_is_asked_is_there() -> None:
    assert set(METHODS) <= set(REGULARIZERS)
    assert set(STUDIES) <= set(load_params().studies)


MACHINE = {
    "processor": "of a test",
    "cores": 2,
    "memory_gib": 1.0,
    "system": "Linux",
    "versions": {"python": "3.11"},
}
