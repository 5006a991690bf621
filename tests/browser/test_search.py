"""The report's search field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.looking import SIDEWAYS, seen

pytestmark = pytest.mark.browser


def options(page: Any) -> list[str]:
    found = page.locator("#search-found [role=option] span:not(.kind)")
    return [str(text) for text in found.all_inner_texts()]


def test_search_by_keyboard(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search-field"
    page.keyboard.type("DROP")
    assert options(page)[:3] == ["Dropout", "Dropout in mnist", "Dropout in second"]
    chosen = page.locator("[role=option][aria-selected=true]")
    assert chosen.inner_text().split("\n")[1] == "Dropout"
    page.keyboard.press("ArrowDown")
    assert "Dropout in mnist" in chosen.inner_text()
    field = page.locator("#search-field")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert chosen.get_attribute("id") == page.locator("[role=option]").last.get_attribute("id")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mnist.html#dropout")
    assert seen(page, "#dropout")


def test_search_is_cleared_and_says_when_nothing_fits(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    field, panel = page.locator("#search-field"), page.locator(".found")
    field.fill("xylophone")
    assert "Nothing found" in panel.inner_text()
    page.keyboard.press("Enter")
    assert page.url.endswith("index.html")
    page.keyboard.press("Escape")
    assert field.input_value() == ""
    assert not panel.is_visible()
    assert field.get_attribute("aria-expanded") == "false"
    page.keyboard.type("/")
    assert field.input_value() == "/"


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("Which is best for small images or pictures?", "Which method is best for pictures?"),
        ("does l1 give zeros", "Does L1 make weights sparse, exactly zero?"),
        ("l1 zeros", "Does L1 make weights sparse, exactly zero?"),
        ("best image", "Which method is best for pictures?"),
        ("which regularizer for photos", "Which method is best for pictures?"),
        ("sparsity", "Does L1 make weights sparse, exactly zero?"),
        ("was headline paper right", "Was the headline of “A paper” right?"),
    ],
)
def test_questions_are_found_as_people_ask_them(
    open_page: Any, start_page: Path, written: str, first: str
) -> None:
    page = open_page(start_page).page
    page.locator("#search-field").fill(written)
    assert options(page)[0] == first
    page.keyboard.press("Enter")
    page.wait_for_url("**/index.html#question-*")
    assert seen(page, f"[id='{page.url.partition('#')[2]}']")


@pytest.mark.parametrize("width", [360, 1200])
def test_every_word_counts_and_a_click_goes_there(
    open_page: Any, start_page: Path, width: int
) -> None:
    page = open_page(start_page, viewport={"width": width, "height": 740}).page
    page.locator("#search-field").fill("helps same direction")
    assert options(page) == ["L1 helps"]
    assert page.evaluate(SIDEWAYS) <= 0
    page.locator("[role=option]").click()
    assert seen(page, "#claim-same-direction")
    assert not page.locator(".found").is_visible()
