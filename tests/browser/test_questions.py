"""The questions at the head of the start page, by keyboard, and how sure each answer is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.looking import SIDEWAYS, seen

pytestmark = pytest.mark.browser

QUESTIONS = ".questions a"


def test_the_first_tab_stop_leads_to_the_answers(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert skip.inner_text() == "Skip to the answers"
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "answers"
    assert seen(page, "#answers dt >> nth=0")


def test_every_question_is_a_link_above_the_answers(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    links = page.locator(QUESTIONS).evaluate_all("all => all.map((one) => one.hash.slice(1))")
    asked = page.locator("#answers dt").evaluate_all("all => all.map((one) => one.id)")
    assert sorted(links) == sorted(asked)
    assert len(links) >= 4
    first = page.locator("#answers dt").first.bounding_box()
    assert all(one.bounding_box()["y"] < first["y"] for one in page.locator(QUESTIONS).all())
    assert page.get_by_role("link", name="Was the headline of “A paper” right?").count() == 1


@pytest.mark.parametrize("width", [360, 1200])
def test_a_question_is_gone_to_by_keyboard(open_page: Any, start_page: Path, width: int) -> None:
    page = open_page(start_page, viewport={"width": width, "height": 740}).page
    link = page.locator(QUESTIONS).last
    for _ in range(60):
        page.keyboard.press("Tab")
        if link.evaluate("(one) => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    name = page.url.partition("#")[2]
    assert name.startswith("question-")
    assert seen(page, f"[id='{name}']")
    assert page.evaluate(SIDEWAYS) <= 0


def test_every_answer_says_how_sure_it_is(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    sure = page.locator("#answers dd.sure")
    assert sure.count() == page.locator("#answers dt").count()
    for text in sure.all_inner_texts():
        assert text.startswith("How sure: ")
    sure.first.get_by_role("link", name="How sure:").click()
    assert seen(page, "#reading h2")


def test_the_search_shows_how_sure_an_answer_is(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    page.locator("#search-field").fill("how sure is l1")
    first = page.locator("[role=option]").first
    assert "Does L1 make weights sparse, exactly zero?" in first.inner_text()
    sure = first.locator("small").last
    assert sure.inner_text().startswith("How sure: ")
    assert sure.evaluate("(one) => one.scrollWidth <= one.clientWidth")
