"""Links into the report lead to what they name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.looking import seen

pytestmark = pytest.mark.browser


def test_contents_mark_the_present_section(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page).page
    assert page.locator("nav [aria-current]").inner_text() == "mnist"
    page.locator("#mnist-weights").evaluate("(part) => part.scrollIntoView()")
    # Not by wait_for_function, whose polling the page's own policy forbids.
    page.locator("nav [aria-current][href='#mnist-weights']").wait_for()
    assert page.locator("nav [aria-current]").count() == 1
    page.get_by_role("link", name="second", exact=True).click()
    assert page.url.endswith("/second.html")


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize(
    ("name", "anchor"),
    [
        ("index.html", "study-second"),
        ("index.html", "method-dropout"),
        ("index.html", "claim-contradicted"),
        ("mnist.html", "dropout"),
        ("mnist.html", "mnist-robustness"),
        ("mnist.html", "claim-not-run"),
    ],
)
def test_an_address_leads_to_its_place(
    open_page: Any, start_page: Path, name: str, anchor: str, width: int
) -> None:
    viewport = {"width": width, "height": 740}
    opened = open_page(start_page.with_name(name), anchor, viewport=viewport)
    assert seen(opened.page, f"[id='{anchor}']")
    top = opened.page.locator(f"[id='{anchor}']").bounding_box()["y"]
    bar = opened.page.locator("nav").bounding_box()
    assert width > 1000 or top >= bar["height"] - 1
    assert opened.complaints == []


def test_an_address_inside_a_fold_opens_it(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    row = page.locator("#claim-contradicted")
    assert not row.is_visible()
    page.evaluate("location.hash = 'claim-contradicted'")
    assert seen(page, "#claim-contradicted")
    assert page.evaluate("document.querySelector('tr:target').id") == "claim-contradicted"


@pytest.mark.parametrize("anchor", ["mnist", "mnist-weights"])
def test_addresses_of_the_single_page_lead_to_the_study(
    open_page: Any, start_page: Path, anchor: str
) -> None:
    page = open_page(start_page, anchor).page
    page.wait_for_url("**/mnist.html*")
    assert page.url.endswith(f"/mnist.html#{anchor}")
    assert anchor == "mnist" or seen(page, f"#{anchor}")


@pytest.mark.parametrize("anchor", ["nothing-here", "%", "constructor", "side-by-side=l1"])
def test_an_address_of_nothing_stays_where_it_is(
    open_page: Any, start_page: Path, anchor: str
) -> None:
    opened = open_page(start_page, anchor)
    assert opened.complaints == []
    assert opened.page.url.endswith(f"index.html#{anchor}")
