from __future__ import annotations

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
    assert text.startswith(
        "# Title\n\n<!-- results: begin -->\n\n10 networks, 1 study ([all of it]"
    )
    assert text.endswith("\n\n<!-- results: end -->\n\nAfter\n")
    assert "](metrics/published.png)" in text


def test_findings_come_first_then_a_row_a_method() -> None:
    readme.rewrite()
    text = paths.README.read_text()
    assert "\n- **Which method is best for pictures?** In " in text
    assert "\n| L1 | – | – | – | 1 | – |\n" in text
    assert text.index("- **Which") < text.index("| L1 |") < text.index("![Published")


def test_methods_beyond_the_rows_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = {"none": {}, "l1": {"l1": 0.1}, "l2": {"l2": 0.1}}
    same = dict.fromkeys(cells, synthetic.ACCURACIES["none"])
    synthetic.write({"mnist": synthetic.study(cells)}, {"mnist": synthetic.found(same)})
    monkeypatch.setattr(readme, "ROWS", 1)
    readme.rewrite()
    text = paths.README.read_text()
    assert "\n| L2 " not in text
    assert "\nFurther methods, open in a study: L2.\n" in text


def test_claims_are_counted_after_the_picture() -> None:
    readme.rewrite()
    assert "claim" not in paths.README.read_text()
    synthetic.write_claims(synthetic.claim("a", "mnist", "reproduced"))
    readme.rewrite()
    text = paths.README.read_text()
    assert (
        "\n\n1 published claim compared with the seeds"
        " ([claim by claim](metrics/README.md#published-claims)). 1 of 1 are reproduced, 1 of these"
        " firmly"
    ) in text


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
