"""The report in a real browser: `make test-browser`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from regscope.base import paths
from regscope.report.pictures import SHOWS, SWEEP_SHOWS
from tests.alone import ROOT
from tests.browser.conftest import browser_file

pytestmark = pytest.mark.browser

ACCURACY = "#mnist-accuracy table"
START_MOST = 500_000
"""Bytes of the start page, which must open at once."""
STUDY_MOST = 2_500_000
"""Bytes of a study's page with its pictures."""
SECONDS = 3.0
"""In which the start page is there, on slow cores that others use too."""
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"


def column(page: Any, table: str, number: int) -> list[str]:
    cells = page.locator(f"{table} tbody tr > :nth-child({number})")
    return [text.strip() for text in cells.all_inner_texts()]


def colour(page: Any) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


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


def test_numbers_are_sorted_as_numbers(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page).page
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


def test_the_baseline_counts_as_no_difference_when_sorted(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    page.locator("table.overview thead th").nth(1).get_by_role("button").click()
    assert [text.split()[0] for text in column(page, "table.overview", 2)] == [
        "−11.60", "92.00", "+1.20", "50.00", "–",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_neither_better_nor_worse_has_a_colour_of_its_own(
    open_page: Any, study_page: Path, scheme: str
) -> None:
    page = open_page(study_page, color_scheme=scheme).page
    ink, *marks = (
        page.locator(place).first.evaluate(
            "(cell) => [getComputedStyle(cell).color, getComputedStyle(cell).fontWeight]"
        )
        for place in (
            ".changes tbody td:not([class])",
            *(f".changes .{word}" for word in ("better", "worse", "higher", "lower")),
            ".marks .higher",
        )
    )
    better, worse, higher, lower, legend = marks
    # What is on the edge has the colour of its verdict and is not bold.
    assert higher[0] == lower[0] == legend[0]
    assert len({colour for colour, _ in (ink, better, worse, higher)}) == 4
    assert {weight for _, weight in marks} <= {"650", ink[1]}
    assert legend[1] == "650" != ink[1]


def test_sorting_another_column_by_keyboard(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page).page
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
    study_page: Path,
    texts: list[str],
    rising: list[str],
    falling: list[str] | None,
) -> None:
    page = open_page(study_page).page
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


def test_a_table_that_is_too_wide_scrolls_in_its_box_and_says_so(
    open_page: Any, study_page: Path
) -> None:
    page = open_page(study_page, viewport={"width": 360, "height": 740}).page
    box = page.locator(".scroll:has(.changes)")
    hint = page.locator(".hint + .scroll:has(.changes)")
    hint.wait_for()
    assert box.evaluate("(box) => box.scrollWidth > box.clientWidth")
    assert page.locator(".hint").first.is_visible()
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert box.evaluate("(box) => box.scrollLeft") > 0
    page.set_viewport_size({"width": 1200, "height": 740})
    hint.wait_for(state="detached")


def test_the_first_tables_fit_a_common_screen(
    open_page: Any, start_page: Path, study_page: Path
) -> None:
    page = open_page(study_page).page
    for table in ("#page-top", "#mnist-accuracy", "#mnist-weights"):
        box = page.locator(f"{table} .scroll").first
        assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth"), table
    box = open_page(start_page).page.locator("#differences .scroll")
    assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth")


def test_contents_mark_the_present_section(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page).page
    assert page.locator("nav [aria-current]").inner_text() == "mnist"
    page.locator("#mnist-weights").evaluate("(part) => part.scrollIntoView()")
    # Not by wait_for_function, whose polling the page's own policy forbids.
    page.locator("nav [aria-current][href='#mnist-weights']").wait_for()
    assert page.locator("nav [aria-current]").count() == 1
    page.get_by_role("link", name="second", exact=True).click()
    assert page.url.endswith("/second.html")


def seen(page: Any, place: str) -> bool:
    """Whether the element lies below what sticks to the top, and on the screen."""
    found = page.locator(place)
    found.wait_for()
    box, height = found.bounding_box(), page.viewport_size["height"]
    return bool(0 <= box["y"] < height and found.is_visible())


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


def options(page: Any) -> list[str]:
    found = page.locator("#search-found [role=option] span:not(.kind)")
    return [str(text) for text in found.all_inner_texts()]


def test_search_by_keyboard(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search-field"
    page.keyboard.type("DROP")
    assert options(page)[:3] == ["Dropout", "Dropout in mnist", "Dropout in second"]
    chosen = page.locator("[role=option][aria-selected=true]")
    assert chosen.inner_text().split("\n")[1] == "Dropout"
    page.keyboard.press("ArrowDown")
    assert "Dropout in mnist" in chosen.inner_text()
    field = page.locator("#search-field")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert chosen.get_attribute("id") == page.locator("[role=option]").last.get_attribute("id")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mnist.html#dropout")
    assert seen(page, "#dropout")


def test_search_is_cleared_and_says_when_nothing_fits(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    field, panel = page.locator("#search-field"), page.locator(".found")
    field.fill("no such thing")
    assert "Nothing found" in panel.inner_text()
    page.keyboard.press("Enter")
    assert page.url.endswith("index.html")
    page.keyboard.press("Escape")
    assert field.input_value() == ""
    assert not panel.is_visible()
    assert field.get_attribute("aria-expanded") == "false"
    page.keyboard.type("/")
    assert field.input_value() == "/"


@pytest.mark.parametrize("width", [360, 1200])
def test_every_word_counts_and_a_click_goes_there(
    open_page: Any, start_page: Path, width: int
) -> None:
    page = open_page(start_page, viewport={"width": width, "height": 740}).page
    page.locator("#search-field").fill("helps contradicted")
    assert options(page) == ["L1 helps"]
    assert page.evaluate(SIDEWAYS) <= 0
    page.locator("[role=option]").click()
    assert seen(page, "#claim-contradicted")
    assert not page.locator(".found").is_visible()


def shown_pair(page: Any) -> tuple[list[str], list[str], str]:
    """Of the table of two cells the headings and the first row, and the note below it."""
    heads = page.locator("#pair-shown thead th").all_inner_texts()
    first = page.locator("#pair-shown tbody tr:first-child > *").all_inner_texts()
    return (
        heads,
        [text.replace("\n", " ") for text in first],
        page.locator("#pair-note").inner_text(),
    )


def test_two_cells_side_by_side(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page).page
    heads, row, note = shown_pair(page)
    assert heads == ["Measure", "None", "L1", "L1 − None"]
    assert row[:3] == ["Test accuracy, %", "92.00 ± 1.96", "93.20 ± 2.39"]
    assert row[3] == "+1.20 [+0.64, +1.76] better (edge)"
    assert "in the tables, seed by seed" in note
    page.get_by_label("First").select_option("dropout")
    heads, row, note = shown_pair(page)
    assert heads == ["Measure", "Dropout", "L1", "Dropout − None", "L1 − None"]
    assert row[3].startswith("−11.60 [")
    assert "How Dropout and L1 differ from each other was not tested" in note
    assert page.url.endswith("#side-by-side=dropout,l1")
    page.get_by_label("Second").select_option("dropout")
    heads, _, note = shown_pair(page)
    assert heads == ["Measure", "Dropout", "Dropout", "Dropout − None"]
    assert note == "Choose two different cells."


def test_a_pair_has_an_address(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page, "side-by-side=dropout,none").page
    assert shown_pair(page)[0] == ["Measure", "Dropout", "None", "Dropout − None"]
    assert seen(page, "#side-by-side")
    page.evaluate("location.hash = 'side-by-side=l1,nothing'")
    assert shown_pair(page)[0][1] == "Dropout"


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


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['impact']}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


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
