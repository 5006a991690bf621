"""A real browser on the report, opened as files; fails where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regscope.base import paths
from stages import report
from tests.browser.studies import write_studies

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")


def browser_file() -> str:
    """The browser's executable: REGSCOPE_BROWSER, or one of NAMES on the path."""
    asked = os.environ.get("REGSCOPE_BROWSER")
    found = shutil.which(asked) if asked else next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(
            f"REGSCOPE_BROWSER = {asked}: no such program"
            if asked
            else f"no browser: install one of {', '.join(NAMES)}, or name one in REGSCOPE_BROWSER",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    # A browser that runs as root, as in a container, must do without its sandbox.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_file(), args=arguments)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def start_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report's, on two small studies with everything that a study can have."""
    folder = tmp_path_factory.mktemp("report")
    before = Path.cwd()
    os.chdir(folder)
    try:
        write_studies()
        report.main()
    finally:
        os.chdir(before)
    return folder / paths.START_PAGE


@pytest.fixture(scope="session")
def study_page(start_page: Path) -> Path:
    return start_page.with_name("mnist.html")


@dataclass
class Opened:
    """A page, and everything that went wrong on it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Any]:
    """`open_page(file, anchor, **options of the context) -> Opened`."""
    contexts = []

    def opened(file: Path, anchor: str = "", **options: Any) -> Opened:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}} | options)
        contexts.append(context)
        found = Opened(context.new_page())
        page = found.page
        page.on("console", lambda message: found.complaints.append(message.text))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("requestfailed", lambda request: found.complaints.append(request.url[:200]))
        page.on("request", lambda request: found.requests.append(request.url[:200]))
        page.goto(file.as_uri() + (f"#{anchor}" if anchor else ""))
        return found

    yield opened
    for context in contexts:
        context.close()
