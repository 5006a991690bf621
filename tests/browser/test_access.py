"""Who cannot see, point or run scripts reads the report, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.looking import violations
from tests.browser.test_tables import colour

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("name", ["index.html", "mnist.html"])
def test_nothing_keeps_people_out(
    open_page: Any, start_page: Path, name: str, width: int, scheme: str
) -> None:
    """By axe-core, with everything open, the search and the enlarged picture among it."""
    viewport = {"width": width, "height": 740}
    page = open_page(start_page.with_name(name), viewport=viewport, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert violations(page) == []
    page.locator("#search-field").fill("l")
    page.locator("[role=option]").first.wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("button.enlarge").first.press("Enter")
    assert violations(page) == []


def test_all_can_be_reached_by_keyboard(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(400):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
    for part in (
        'id="search-field"',
        'class="theme"',
        "<summary",
        'class="enlarge"',
        'id="pair-first"',
    ):
        assert any(part in one for one in reached), part


def test_what_is_folded_is_printed(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page).page
    folded = page.locator("#mnist-robustness details table").first
    assert not folded.is_visible()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert folded.is_visible()
    assert not page.locator("nav").is_visible()
    assert colour(page) == "rgb(255, 255, 255)"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert not folded.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_everything_can_be_read_without_scripts(
    open_page: Any, start_page: Path, study_page: Path
) -> None:
    page = open_page(start_page, java_script_enabled=False).page
    assert page.locator(".ranking").first.is_visible()
    assert not page.locator(".search").is_visible()
    page = open_page(study_page, java_script_enabled=False).page
    assert page.locator("#mnist-accuracy table").first.is_visible()
    summary = page.locator("#mnist-robustness summary").first
    summary.click()
    assert page.locator("#mnist-robustness details table").first.is_visible()
    assert page.locator("nav button, th button").count() == 0
    assert "needs scripts" in page.locator("#side-by-side").inner_text()
