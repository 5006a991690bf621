"""A cell with no difference that matters is marked on every page, and is not bold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regscope.base import paths
from regscope.report import readme
from regscope.report.sections import load_sections
from regscope.report.tables import changes_table, comparison_table, overview_table
from regscope.results import StudyResults
from regscope.study.params import load_params
from stages import report
from tests.report import synthetic

NONE = (0.90, 0.91, 0.92, 0.93, 0.94)
STEPS = (0.001, -0.001, 0.0005, -0.0005, 0.0008)
ACCURACIES = {
    "none": NONE,
    "l1": tuple(own + step for own, step in zip(NONE, STEPS, strict=True)),
    "l2": tuple(own + 0.003 + step / 10 for own, step in zip(NONE, STEPS, strict=True)),
    "dropout": tuple(own + 10 * step for own, step in zip(NONE, STEPS, strict=True)),
}
REGS = tuple(ACCURACIES)
CELLS = {"none": {}, "l1": {"l1": 0.1}, "l2": {"l2": 0.1}, "dropout": {"dropout": 0.1}}


def found() -> StudyResults:
    return synthetic.found(ACCURACIES)


def test_overview_and_changes_mark_the_number() -> None:
    for table in (overview_table({"tiny": found()}, REGS), changes_table(found(), REGS)):
        shown = [row[1] for row in table.rows][1:-1]
        assert [cell.text for cell in shown] == ["≈ +0.02", "≈ +0.30", "+0.16"]
        assert [cell.css_class for cell in shown] == ["no-difference-that-matters"] * 2 + [""]
        assert not any(cell.stands_out for cell in shown)


def test_rows_say_what_is_certain_and_what_would_decide() -> None:
    rows = {row[0].text: row for row in comparison_table(found(), REGS).rows}
    assert rows["L1"][7].text == "no difference that matters"
    assert rows["L2"][7].text == ("no difference that matters (certain, and too small to matter)")
    assert rows["Dropout"][7].text == "undecided"
    assert re.fullmatch(r"\d+, to rule it out", rows["Dropout"][6].text)
    assert re.fullmatch(r"\d", rows["L1"][6].text)


@pytest.fixture
def studies(workspace: Path) -> None:
    synthetic.write({"tiny": synthetic.study(CELLS)}, {"tiny": found()})


def test_the_pages_have_the_mark_its_colour_and_its_meaning(studies: None) -> None:
    report.main()
    page = paths.START_PAGE.read_text()
    assert '<td class="no-difference-that-matters">≈ +0.02</td>' in page
    assert '<tr class="no-difference-that-matters">' in page
    assert '<tr class="undecided">' in page
    for name in ("no-difference-that-matters", "undecided"):
        assert f".{name}" in page.partition("</style>")[0]
    text = paths.study_page("tiny").read_text()
    assert "Verdicts: no difference that matters: L1, L2; undecided: Dropout (+0.16)." in text
    assert "| L1 | ≈ +0.02 |" in text


def test_the_readme_says_where_verdicts_are_explained(studies: None) -> None:
    block = readme.block(load_sections((), load_params()), REGS)
    assert "| L1 | – | – | 1: tiny | – | – |" in block
    assert "| Dropout | – | – | – | 1 | – |" in block
    assert "](docs/statistics.md#verdicts)" in block
