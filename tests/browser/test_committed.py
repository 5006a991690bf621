"""The report that people get, of the committed results."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from regscope.base import paths
from tests.alone import ROOT
from tests.browser.looking import SIDEWAYS, violations
from tests.browser.test_phone import HEIGHTS, OPEN, TALLEST

pytestmark = pytest.mark.browser

START_MOST = 500_000
"""Bytes of the start page, which must open at once."""
STUDY_MOST = 2_500_000
"""Bytes of a study's page with its pictures."""
SECONDS = 3.0
"""In which the start page is there, on slow cores that others use too."""


@pytest.fixture(scope="module")
def committed_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that people get."""
    folder = tmp_path_factory.mktemp("committed")
    from stages import report

    for name in ("metrics", "plots", "params.yaml", "claims.yaml"):
        (folder / name).symlink_to(ROOT / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(paths, "RESULTS_PAGE", folder / "README.md")
        patch.setattr(paths, "STUDY_PAGES", folder / "pages")
        patch.setattr(paths, "PUBLISHED", folder / "published.png")
        report.main()
    return folder / paths.REPORT


def test_the_committed_report_is_small_and_opens_at_once(
    open_page: Any, committed_report: Path
) -> None:
    start = committed_report / "index.html"
    assert start.stat().st_size < START_MOST
    for file in committed_report.glob("*.html"):
        sources = re.findall(r'<img src="([^"]+)"', file.read_text())
        sizes = [(committed_report / unquote(source)).stat().st_size for source in sources]
        assert file.stat().st_size + sum(sizes) < STUDY_MOST, file.name
    page = open_page(start).page
    loaded = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    assert page.evaluate(loaded) < 1000 * SECONDS


def test_every_page_of_the_committed_report(open_page: Any, committed_report: Path) -> None:
    """Its pictures, no sideways scrolling, and nothing that keeps people out."""
    for file in sorted(committed_report.glob("*.html")):
        opened = open_page(file, viewport={"width": 360, "height": 740})
        page = opened.page
        page.wait_for_load_state("networkidle")
        assert page.evaluate("[...document.images].every((one) => !one.src || one.naturalWidth)")
        assert page.evaluate(SIDEWAYS) <= 0, file.name
        page.evaluate(OPEN)
        assert max(page.evaluate(HEIGHTS)) <= TALLEST, file.name
        for card in page.locator("article:has(.ranking)").all():
            assert card.evaluate("(card) => card.scrollWidth <= card.clientWidth"), file.name
        assert opened.complaints == []


@pytest.mark.parametrize("name", ["index.html", "digits.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_out_of_the_committed_report(
    open_page: Any, committed_report: Path, name: str, scheme: str
) -> None:
    page = open_page(committed_report / name, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert violations(page) == []


def test_claims_fit_a_common_screen(open_page: Any, committed_report: Path) -> None:
    boxes = 0
    for file in sorted(committed_report.glob("*.html")):
        page = open_page(file, viewport={"width": 1400, "height": 900}).page
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        for box in page.locator(".scroll:has([id^='claim-'])").all():
            boxes += 1
            assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth"), file.name
    assert boxes > 1
