"""Tables of the report: sorting, marks, width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

ACCURACY = "#mnist-accuracy table"


def column(page: Any, table: str, number: int) -> list[str]:
    cells = page.locator(f"{table} tbody tr > :nth-child({number})")
    return [text.strip() for text in cells.all_inner_texts()]


def colour(page: Any) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_numbers_are_sorted_as_numbers(open_page: Any, study_page: Path) -> None:
    page = open_page(study_page).page
    head = page.locator(f"{ACCURACY} >> nth=0 >> thead th").nth(3)
    table = f"{ACCURACY}:first-of-type"
    assert head.get_attribute("aria-sort") is None
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert [text.split()[0] if text else "" for text in column(page, table, 4)][:3] == [
        "+1.20", "−11.60", "−42.00",
    ]  # fmt: skip
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert [text.split()[0] if text else "" for text in column(page, table, 4)][:3] == [
        "−42.00", "−11.60", "+1.20",
    ]  # fmt: skip


def test_what_is_best_high_is_sorted_from_the_largest_down_first(
    open_page: Any, study_page: Path
) -> None:
    """Accuracies and differences of them, not deviations, p values and names."""
    heads = open_page(study_page).page.locator(f"{ACCURACY} >> nth=0 >> thead th")
    first = {}
    for head in heads.all():
        head.get_by_role("button").click()
        first[head.inner_text()] = head.get_attribute("aria-sort")
    rising = {name for name, order in first.items() if order == "ascending"}
    assert rising == {"Regularizer", "SD", "Holm p", "Seeds needed", "Verdict"}


def test_the_baseline_counts_as_no_difference_when_sorted(open_page: Any, start_page: Path) -> None:
    page = open_page(start_page).page
    page.locator("table.overview thead th").nth(1).get_by_role("button").dblclick()
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
