"""Two cells of a study side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.looking import seen

pytestmark = pytest.mark.browser


def shown_pair(page: Any) -> tuple[list[str], list[str], str]:
    """Of the table of two cells the headings and the first row, and the note above it."""
    heads = page.locator("#pair-shown thead th").all_inner_texts()
    first = page.locator("#pair-shown tbody tr:first-child > *").all_inner_texts()
    return (
        heads,
        [text.replace("\n", " ") for text in first],
        page.locator("#pair-note").inner_text(),
    )


def test_two_cells_side_by_side(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page).page
    heads, row, note = shown_pair(page)
    assert heads == ["Measure", "None", "L1", "L1 − None"]
    assert row[:3] == ["Test accuracy, %", "92.00 ± 1.96", "93.20 ± 2.39"]
    assert row[3] == "+1.20 [+0.64, +1.76] better (edge)"
    assert "in the tables, seed by seed" in note
    page.get_by_label("First").select_option("dropout")
    heads, row, note = shown_pair(page)
    assert heads == ["Measure", "Dropout", "L1", "Dropout − None", "L1 − None"]
    assert row[3].startswith("−11.60 [")
    assert "How Dropout and L1 differ from each other was not tested" in note
    assert page.url.endswith("#side-by-side=dropout,l1")
    second = page.get_by_label("Second")
    taken = second.locator("option:disabled").evaluate_all("all => all.map(one => one.value)")
    assert taken == ["dropout"]


def test_a_pair_has_an_address(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page, "side-by-side=dropout,none").page
    assert shown_pair(page)[0] == ["Measure", "Dropout", "None", "Dropout − None"]
    assert seen(page, "#side-by-side")
    page.evaluate("location.hash = 'side-by-side=l1,nothing'")
    assert shown_pair(page)[0][1] == "Dropout"
    page.evaluate("location.hash = 'side-by-side=dropout,dropout'")
    page.wait_for_function(
        "document.getElementById('pair-note').textContent === 'Choose two different cells.'"
    )
