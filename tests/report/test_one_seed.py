"""A study of one seed: its pages and tables show no interval, since there is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regscope.report import cards, readme
from regscope.report.evidence import load_evidence
from regscope.report.page import report_files
from regscope.report.parts import parts
from regscope.report.published_figure import published_figure
from regscope.report.results_page import results_page
from regscope.report.sections import load_sections
from regscope.report.study_page import study_page
from regscope.report.tables import comparison_table
from regscope.study.params import load_params
from stages import review
from tests.report import synthetic

REGS = tuple(synthetic.CELLS)
ALONE = {"none": (0.90,), "l1": (0.95,)}
INTERVAL = re.compile(r"\[([+−]?[\d.]+)%?, \1%?\]|± 0\.0+\b|\[–, –\]|\bnan\b")


@pytest.fixture
def alone(workspace: Path) -> None:
    synthetic.write(
        {"alone": synthetic.study(synthetic.CELLS, seeds=1)}, {"alone": synthetic.found(ALONE)}
    )


def test_no_interval_of_no_width_is_on_any_page(alone: None) -> None:
    sections = load_sections((), load_params())
    files = report_files(sections, REGS, published_figure(sections))
    pages = [
        study_page(sections["alone"], parts(sections["alone"])),
        files["index.html"].decode(),
        files["alone.html"].decode(),
        cards.effect_block([load_evidence("alone")], Path("docs/regularizers/l1.md")),
    ]
    assert all("+5.00" in page for page in pages)
    for page in (*pages, results_page(sections, REGS), readme.block(sections, REGS)):
        assert [found.group() for found in INTERVAL.finditer(page)] == []
        assert 'class="range"' not in page


def test_a_row_has_the_bare_difference(alone: None) -> None:
    table = comparison_table(synthetic.found(ALONE), REGS)
    assert [cell.text for cell in table.rows[1]] == [
        "L1", "95.00", "–", "+5.00", "1.000", "1.00 [0.03, 1.00]", "–", "too few seeds",
    ]  # fmt: skip


def test_the_review_prints_the_difference_alone(
    alone: None, capsys: pytest.CaptureFixture[str]
) -> None:
    review.main()
    assert capsys.readouterr().out == (
        "alone: test accuracy of l1 minus none +5.00 points, too few seeds\n"
    )
