"""docs/lessons: committed without outputs, short, and every one runs, its solution too."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from regscope.base import paths
from tests.library.notebook import executed, read

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "docs" / "lessons").glob("*.ipynb"))
MOST_CELLS = 14
SOLUTION = re.compile(
    r"<details>\n<summary>Solution</summary>\n\n```python\n(.*?)^```$", re.S | re.M
)

named = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


def solution(lesson: Path) -> str:
    """The code in the folded part of the last cell."""
    (found,) = SOLUTION.findall(read(lesson).cells[-1].source)
    return str(found)


def test_the_page_lists_all() -> None:
    page = (ROOT / "docs" / "lessons" / "README.md").read_text()
    assert {lesson.name for lesson in LESSONS} == set(re.findall(r"\]\((\w+\.ipynb)\)", page))
    assert len(LESSONS) == 3


@named
def test_it_holds_no_outputs_and_ends_with_an_exercise(lesson: Path) -> None:
    notebook = read(lesson)
    assert len(notebook.cells) <= MOST_CELLS
    for cell in notebook.cells:
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert re.search(r"^## Exercise$", notebook.cells[-1].source, re.MULTILINE)
    assert solution(lesson)


@pytest.mark.slow
@pytest.mark.timeout(900)
@named
def test_it_runs_with_its_solution(lesson: Path, workspace: Path) -> None:
    """In a folder of its own below a copy of params.yaml."""
    shutil.copy(ROOT / paths.PARAMS, workspace)
    folder = workspace / lesson.relative_to(ROOT).parent
    folder.mkdir(parents=True)
    found = executed(lesson, folder, solution(lesson))
    code = [cell for cell in found.cells if cell.cell_type == "code"]
    kinds = [kind for cell in code for output in cell.outputs for kind in _kinds(output)]
    assert "stderr" not in kinds
    if lesson.stem != "strength":
        assert "image/png" in kinds
    assert code[-1].outputs


def _kinds(output: dict[str, object]) -> list[str]:
    data = output.get("data", {})
    assert isinstance(data, dict)
    return [str(output.get("name", "")), *data]
