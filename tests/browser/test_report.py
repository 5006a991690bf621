"""The report in a real browser: pages, pictures, theme."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from regscope.report.pictures import SHOWS, SWEEP_SHOWS
from tests.browser.conftest import browser_file
from tests.browser.looking import SIDEWAYS
from tests.browser.test_tables import colour

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["index.html", "mnist.html"])
def test_nothing_is_wrong_and_only_pictures_are_loaded(
    open_page: Any, start_page: Path, name: str
) -> None:
    opened = open_page(start_page.with_name(name))
    opened.page.wait_for_load_state("networkidle")
    assert opened.complaints == []
    pictures = (start_page.parent / "pictures").as_uri()
    others = [url for url in opened.requests if not url.startswith(pictures)]
    assert others == [start_page.with_name(name).as_uri()]


def test_every_picture_is_there(open_page: Any, start_page: Path, study_page: Path) -> None:
    for file, number in ((study_page, len(SHOWS) + len(SWEEP_SHOWS)), (start_page, 1)):
        widths = open_page(file).page.evaluate(
            """Promise.all([...document.querySelectorAll("figure img")].map(async (image) => {
                await image.decode();
                return image.naturalWidth;
            }))"""
        )
        assert len(widths) == number
        assert min(widths) > 0


@pytest.mark.parametrize("how", ["Escape", "click"])
def test_pictures_enlarge_and_close(open_page: Any, study_page: Path, how: str) -> None:
    page = open_page(study_page).page
    dialog = page.locator("dialog")
    assert not dialog.is_visible()
    small = page.locator("#mnist-accuracy figure img").first
    button = page.locator("#mnist-accuracy button.enlarge").first
    button.focus()
    page.keyboard.press("Enter")
    assert dialog.is_visible()
    large = dialog.locator("img")
    assert large.get_attribute("alt") == small.get_attribute("alt")
    assert large.bounding_box()["width"] > small.bounding_box()["width"]
    if how == "Escape":
        page.keyboard.press("Escape")
    else:
        large.click()
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.className") == "enlarge"
    small.click()
    assert dialog.is_visible()


def test_the_theme_is_switched_and_remembered(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page, color_scheme="dark").page
    dark = colour(page)
    page.get_by_role("button", name="Switch to light colours").click()
    light = colour(page)
    assert dark != light == "rgb(255, 255, 255)"
    page.reload()
    assert colour(page) == light
    page.get_by_role("button", name="Switch to dark colours").click()
    assert colour(page) == dark


def test_where_storage_is_refused_the_theme_still_switches(
    open_page: Any, study_page: Path
) -> None:
    opened = open_page(study_page)
    page = opened.page
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    )
    page.reload()
    page.get_by_role("button", name="Switch to dark colours").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert opened.complaints == []


@pytest.mark.parametrize("width", [360, 768, 1200])
@pytest.mark.parametrize("name", ["index.html", "mnist.html"])
def test_the_page_never_scrolls_sideways(
    open_page: Any, start_page: Path, name: str, width: int
) -> None:
    page = open_page(start_page.with_name(name), viewport={"width": width, "height": 740}).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_browser_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGSCOPE_BROWSER", "/nowhere/browser")
    with pytest.raises(pytest.fail.Exception) as refused:
        browser_file()
    assert str(refused.value) == "REGSCOPE_BROWSER = /nowhere/browser: no such program"
    monkeypatch.delenv("REGSCOPE_BROWSER")
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(pytest.fail.Exception) as refused:
        browser_file()
    assert str(refused.value) == (
        "no browser: install one of chromium, chromium-browser, google-chrome, or name one in"
        " REGSCOPE_BROWSER"
    )
