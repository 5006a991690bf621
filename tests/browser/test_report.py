"""report.html in a real browser: `make test-browser`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from regscope.base import paths
from regscope.report.pictures import SHOWS, SWEEP_SHOWS
from tests.alone import ROOT
from tests.browser.conftest import browser_file

pytestmark = pytest.mark.browser

ACCURACY = "#mnist-accuracy table"
MOST = 10_000_000


def column(page: Any, table: str, number: int) -> list[str]:
    cells = page.locator(f"{table} tbody tr > :nth-child({number})")
    return [text.strip() for text in cells.all_inner_texts()]


def colour(page: Any) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_nothing_is_wrong_and_nothing_is_fetched(open_page: Any, report_file: Path) -> None:
    opened = open_page(report_file)
    opened.page.wait_for_load_state("networkidle")
    assert opened.complaints == []
    fetched = [url for url in opened.requests if not url.startswith("data:")]
    assert fetched == [report_file.as_uri()]


def test_every_picture_is_there(open_page: Any, report_file: Path) -> None:
    page = open_page(report_file).page
    widths = page.evaluate(
        """Promise.all([...document.querySelectorAll("figure img")].map(async (image) => {
            await image.decode();
            return image.naturalWidth;
        }))"""
    )
    # Those of a study, of its sweep, and the published runs.
    assert len(widths) == len(SHOWS) + len(SWEEP_SHOWS) + 1
    assert min(widths) > 0


def test_numbers_are_sorted_as_numbers(open_page: Any, report_file: Path) -> None:
    page = open_page(report_file).page
    head = page.locator(f"{ACCURACY} >> nth=0 >> thead th").nth(3)
    table = f"{ACCURACY}:first-of-type"
    assert head.get_attribute("aria-sort") is None
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert [text.split()[0] if text else "" for text in column(page, table, 4)][:3] == [
        "−42.00", "−11.60", "+1.20",
    ]  # fmt: skip
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert [text.split()[0] if text else "" for text in column(page, table, 4)][:3] == [
        "+1.20", "−11.60", "−42.00",
    ]  # fmt: skip


def test_the_baseline_counts_as_no_difference_when_sorted(
    open_page: Any, report_file: Path
) -> None:
    page = open_page(report_file).page
    page.locator("table.overview thead th").nth(1).get_by_role("button").click()
    assert [text.split()[0] for text in column(page, "table.overview", 2)] == [
        "−11.60", "92.00", "+1.20", "50.00", "–",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_neither_better_nor_worse_has_a_colour_of_its_own(
    open_page: Any, report_file: Path, scheme: str
) -> None:
    page = open_page(report_file, color_scheme=scheme).page
    ink, *marks = (
        page.locator(place).first.evaluate(
            "(cell) => [getComputedStyle(cell).color, getComputedStyle(cell).fontWeight]"
        )
        for place in (
            "#mnist .changes tbody td:not([class])",
            *(f"#mnist .changes .{word}" for word in ("better", "worse", "higher", "lower")),
            "#mnist .marks .higher",
        )
    )
    better, worse, higher, lower, legend = marks
    # What is on the edge has the colour of its verdict and is not bold.
    assert higher[0] == lower[0] == legend[0]
    assert len({colour for colour, _ in (ink, better, worse, higher)}) == 4
    assert {weight for _, weight in marks} <= {"650", ink[1]}
    assert legend[1] == "650" != ink[1]


def test_sorting_another_column_by_keyboard(open_page: Any, report_file: Path) -> None:
    page = open_page(report_file).page
    heads = page.locator(f"{ACCURACY} >> nth=0 >> thead th")
    heads.nth(1).get_by_role("button").click()
    heads.nth(0).get_by_role("button").press("Enter")
    assert heads.nth(1).get_attribute("aria-sort") is None
    assert heads.nth(0).get_attribute("aria-sort") == "ascending"
    assert column(page, f"{ACCURACY}:first-of-type", 1)[:3] == ["Constant guess", "Dropout", "L1"]


@pytest.mark.parametrize(
    ("texts", "rising", "falling"),
    [
        (["10.1 ± 3", "−2.5 ± 1", "9 ± 1"], ["−2.5 ± 1", "9 ± 1", "10.1 ± 3"], None),
        (["–", "2 %", "11 %", ""], ["2 %", "11 %", "–", ""], ["11 %", "2 %", "–", ""]),
        (["0.001", "<0.001", "1.000"], ["<0.001", "0.001", "1.000"], None),
        ([">1,000,000", "1,748", "48"], ["48", "1,748", ">1,000,000"], None),
        (["[93.0, 94.1]", "[9.5, 99]"], ["[9.5, 99]", "[93.0, 94.1]"], None),
        (["worse", "better", "–"], ["better", "worse", "–"], ["worse", "better", "–"]),
    ],
)
def test_what_counts_as_a_number(
    open_page: Any,
    report_file: Path,
    texts: list[str],
    rising: list[str],
    falling: list[str] | None,
) -> None:
    page = open_page(report_file).page
    page.evaluate(
        """(texts) => {
            const table = document.createElement("table");
            const rows = texts.map((text) => `<tr><td>${text.replace("<", "&lt;")}</td></tr>`);
            table.id = "made";
            table.innerHTML = `<thead><tr><th>A</th></tr></thead><tbody>${rows.join("")}</tbody>`;
            document.querySelector("main").prepend(table);
            makeSortable(table);
        }""",
        texts,
    )
    head = page.locator("#made th button")
    head.click()
    assert column(page, "#made", 1) == rising
    head.click()
    assert column(page, "#made", 1) == (falling or rising[::-1])


@pytest.mark.parametrize("how", ["Escape", "click"])
def test_pictures_enlarge_and_close(open_page: Any, report_file: Path, how: str) -> None:
    page = open_page(report_file).page
    dialog = page.locator("dialog")
    assert not dialog.is_visible()
    button = page.locator("#mnist-accuracy button.enlarge").first
    button.focus()
    page.keyboard.press("Enter")
    assert dialog.is_visible()
    large = dialog.locator("img")
    assert large.get_attribute("alt") == button.locator("img").get_attribute("alt")
    assert large.bounding_box()["width"] > button.bounding_box()["width"]
    if how == "Escape":
        page.keyboard.press("Escape")
    else:
        large.click()
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.className") == "enlarge"


def test_the_theme_is_switched_and_remembered(open_page: Any, report_file: Path) -> None:
    page = open_page(report_file, color_scheme="dark").page
    dark = colour(page)
    page.get_by_role("button", name="Switch to light colours").click()
    light = colour(page)
    assert dark != light == "rgb(255, 255, 255)"
    page.reload()
    assert colour(page) == light
    page.get_by_role("button", name="Switch to dark colours").click()
    assert colour(page) == dark


def test_where_storage_is_refused_the_theme_still_switches(
    open_page: Any, report_file: Path
) -> None:
    opened = open_page(report_file)
    page = opened.page
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    )
    page.reload()
    page.get_by_role("button", name="Switch to dark colours").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert opened.complaints == []


@pytest.mark.parametrize("width", [360, 768, 1200])
def test_the_page_never_scrolls_sideways(open_page: Any, report_file: Path, width: int) -> None:
    page = open_page(report_file, viewport={"width": width, "height": 740}).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_first_tables_fit_a_common_screen(open_page: Any, report_file: Path) -> None:
    page = open_page(report_file).page
    for table in ("#differences", "#mnist > .scroll", "#mnist-accuracy", "#mnist-weights"):
        box = page.locator(table if "scroll" in table else f"{table} .scroll").first
        assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth"), table


def test_contents_mark_the_present_section(open_page: Any, report_file: Path) -> None:
    page = open_page(report_file).page
    assert page.locator("nav [aria-current]").inner_text() == "Overview"
    page.locator("#second-weights").scroll_into_view_if_needed()
    page.locator("#second-weights").evaluate("(part) => part.scrollIntoView()")
    # Not by wait_for_function, whose polling the page's own policy forbids.
    page.locator("nav [aria-current][href='#second-weights']").wait_for()
    assert page.locator("nav [aria-current]").count() == 1
    assert page.locator("nav li.open ul").is_visible()


def test_what_is_folded_is_printed(open_page: Any, report_file: Path) -> None:
    page = open_page(report_file).page
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


def test_everything_can_be_read_without_scripts(open_page: Any, report_file: Path) -> None:
    opened = open_page(report_file, java_script_enabled=False)
    page = opened.page
    assert page.locator(".ranking").first.is_visible()
    assert page.locator("#mnist-accuracy table").first.is_visible()
    summary = page.locator("#mnist-robustness summary").first
    summary.click()
    assert page.locator("#mnist-robustness details table").first.is_visible()
    assert page.locator("nav button, th button").count() == 0


def test_the_committed_results(
    open_page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that people get: its size, its pictures, and no sideways scrolling."""
    from stages import report

    for name in ("metrics", "plots", "params.yaml", "claims.yaml"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "RESULTS_PAGE", tmp_path / "README.md")
    monkeypatch.setattr(paths, "PUBLISHED", tmp_path / "published.png")
    report.main()
    file = tmp_path / paths.REPORT
    assert file.stat().st_size < MOST
    opened = open_page(file, viewport={"width": 360, "height": 740})
    page = opened.page
    assert page.evaluate(
        "[...document.images].filter((image) => image.src).every((image) => image.naturalWidth)"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.complaints == []


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
