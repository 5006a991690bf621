"""A study's page on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regscope.report.printed import printed
from tests.browser.conftest import browser_file

pytestmark = pytest.mark.browser


def test_the_browser_makes_a_pdf(study_page: Path) -> None:
    content = printed(study_page, browser_file())
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") > 3
    # The pictures are in it.
    assert content.count(b"/Subtype /Image") > 1


def test_on_paper_all_is_open_light_and_without_navigation(
    open_page: Any, study_page: Path
) -> None:
    page = open_page(study_page, color_scheme="dark", viewport={"width": 688, "height": 971}).page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for place in ("nav", "#side-by-side", ".hint"):
        assert not page.locator(place).first.is_visible(), place
    folded = page.locator("details:not([open]) table")
    assert folded.count() > 0
    assert all(table.is_visible() for table in folded.all())
    for figure in page.locator("figure").all():
        assert figure.evaluate("(one) => getComputedStyle(one).breakInside") == "avoid"
    widths = [picture.bounding_box()["width"] for picture in page.locator("figure img").all()]
    assert 0 < max(widths) <= 688
