"""MLflow's page on a tracked study, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regscope.tracking import store, view
from regscope.tracking.track import track
from tests.tracking import small
from tests.tracking.serving import free_port, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]


@pytest.fixture
def page_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    store.prepare_environment()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.delenv(store.URI, raising=False)
    small.build()
    track(small.NAME)
    port = free_port()
    with serving(tmp_path, port, store.tracking_uri()):
        yield f"http://127.0.0.1:{port}"


def test_the_page_shows_the_runs(browser: Browser, page_address: str) -> None:
    held = small.Held()
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(f"{page_address}/#/experiments/{held.experiment}/runs")
    for reg in small.CELLS:
        page.get_by_role("link", name=reg, exact=True).first.wait_for(timeout=60_000)
    parent = held.parents()[-1]
    page.goto(f"{page_address}/#/experiments/{held.experiment}/runs/{parent.info.run_id}")
    page.get_by_text("verdict.test_accuracy").first.wait_for(timeout=60_000)
    page.close()


def test_our_address_shows_cells_with_difference_and_verdict(
    browser: Browser, page_address: str
) -> None:
    held = small.Held()
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.goto(view.address(page_address, held.experiment))
    headings = page.locator(".ag-header-cell-text, [role=columnheader]")
    for column in ("test_accuracy", "difference/test_accuracy", "verdict.test_accuracy"):
        headings.filter(has_text=column).first.wait_for(timeout=60_000)
    for reg in small.CELLS:
        page.get_by_role("link", name=reg, exact=True).first.wait_for(timeout=60_000)
    # Of the cells alone: a run a seed would stand beside them.
    assert page.get_by_role("link", name="none, seed 0", exact=True).count() == 0
    verdict = held.parents()[-1].data.tags["verdict.test_accuracy"]
    page.get_by_text(verdict, exact=True).first.wait_for(timeout=60_000)
    page.close()
