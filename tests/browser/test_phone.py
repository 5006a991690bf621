"""The report on a screen as narrow as a phone's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
TALLEST = 130
"""Pixels of a row: some six lines."""

HEIGHTS = """() => [...document.querySelectorAll("tbody tr")].map((row) => row.offsetHeight)"""
OPEN = "document.querySelectorAll('details').forEach((one) => (one.open = true))"


@pytest.mark.parametrize("name", ["index.html", "mnist.html"])
def test_rows_are_low(open_page: Any, start_page: Path, name: str) -> None:
    page = open_page(start_page.with_name(name), viewport=PHONE).page
    page.evaluate(OPEN)
    heights = page.evaluate(HEIGHTS)
    assert 0 < max(heights) <= TALLEST


def test_two_cells_side_by_side_fit(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page, viewport=PHONE).page
    box = page.locator("#pair-shown .scroll")
    assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    second = page.locator("#pair-shown thead th").nth(2).bounding_box()
    page.get_by_label("First").select_option("dropout")
    # With a third column of differences both cells are on the screen still.
    assert second["x"] + second["width"] <= PHONE["width"]
    assert page.locator("#pair-shown thead th").nth(2).bounding_box()["x"] < PHONE["width"] - 60


def test_what_goes_on_sideways_fades_there_until_its_end(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page, viewport=PHONE).page
    for place in (".contents", ".scroll:has(.changes)", "#mnist-accuracy .pan"):
        box = page.locator(place).first
        page.locator(f"{place}.more").first.wait_for()
        assert "linear-gradient" in box.evaluate("(box) => getComputedStyle(box).maskImage")
        box.evaluate("(box) => box.scrollTo({left: box.scrollWidth, behavior: 'instant'})")
        page.locator(f"{place}:not(.more)").first.wait_for()
        assert box.evaluate("(box) => getComputedStyle(box).maskImage") == "none"
    page.emulate_media(media="print")
    assert page.locator(".more").first.evaluate("(box) => getComputedStyle(box).maskImage") == (
        "none"
    )


def test_pictures_keep_a_size_that_can_be_read(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page, viewport=PHONE).page
    box = page.locator("#mnist-accuracy .pan").first
    picture = box.locator("img")
    assert picture.bounding_box()["width"] == pytest.approx(52 * 16)
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert box.evaluate("(box) => box.scrollLeft") > 0
    page.set_viewport_size({"width": 1200, "height": 740})
    page.locator("#mnist-accuracy .pan:not([tabindex])").first.wait_for()
    assert picture.bounding_box()["width"] <= 1200


def test_pictures_can_be_read_without_scripts(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page, viewport=PHONE, java_script_enabled=False).page
    width = page.locator("#mnist-accuracy .pan img").first.bounding_box()["width"]
    assert width == pytest.approx(52 * 16)
