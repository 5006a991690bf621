from __future__ import annotations

import re
from pathlib import Path

import pytest

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.report import readme
from tests.report import synthetic

BEFORE = "# Title\n\n<!-- results: begin -->\nold\n<!-- results: end -->\n\nAfter\n"


@pytest.fixture(autouse=True)
def studies(workspace: Path) -> None:
    block = synthetic.study(synthetic.CELLS)
    synthetic.write({"mnist": block}, {"mnist": synthetic.found()})
    paths.README.write_text(BEFORE)


def test_only_the_block_is_rewritten() -> None:
    readme.rewrite()
    text = paths.README.read_text()
    assert text.startswith("# Title\n\n<!-- results: begin -->\n\n10 networks. A row a method")
    assert text.endswith("\n\n<!-- results: end -->\n\nAfter\n")
    assert "](metrics/published.png)" in text
    assert "[mnist](metrics/README.md#mnist)" in text
    assert "| None        |                 92.93 |           92.00 ± 1.58 |" in text
    assert "001_" not in text


def test_every_study_and_cell_comes_first() -> None:
    readme.rewrite()
    text = paths.README.read_text()
    assert re.search(r"\| None +\| +92\.00 % \|", text)
    assert text.index("| Regularizer ") < text.index("![Published single runs")


def test_counts_of_verdicts_come_before_the_picture() -> None:
    readme.rewrite()
    assert "Verdict " not in paths.README.read_text()
    synthetic.write_claims(synthetic.claim("a", "mnist", "reproduced"))
    readme.rewrite()
    text = paths.README.read_text()
    assert (
        "\n\n1 published claim compared with the seeds"
        " ([claim by claim](metrics/README.md#published-claims)). Beside the verdicts stand"
    ) in text
    assert re.search(r"\n\| reproduced +\| +1 \| +1 \| +1 \|", text)
    assert "1 of 1 are reproduced, 1 of these firmly" in text
    assert text.index("| not run ") < text.index("![Published single runs")


def test_check() -> None:
    with pytest.raises(RegscopeError) as refused:
        readme.rewrite(check=True)
    assert str(refused.value) == (
        "README.md: the results are not those of metrics/studies; run `regscope readme`"
    )
    assert paths.README.read_text() == BEFORE
    readme.rewrite()
    written = paths.README.stat().st_mtime_ns
    readme.rewrite(check=True)
    readme.rewrite()
    assert paths.README.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    "text",
    [
        "no marks\n",
        "<!-- results: end -->\n<!-- results: begin -->\n",
        BEFORE + BEFORE,
        "<!-- results: begin -->\n",
    ],
)
def test_marks_must_stand_once_and_in_order(text: str) -> None:
    paths.README.write_text(text)
    with pytest.raises(RegscopeError) as refused:
        readme.rewrite()
    assert str(refused.value) == (
        "README.md: needs one line <!-- results: begin --> and after it one line"
        " <!-- results: end -->"
    )
    assert paths.README.read_text() == text
