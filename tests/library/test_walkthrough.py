from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from regscope.base import paths

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "walkthrough.ipynb"
MOST_BYTES = 150_000


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def said(notebook: dict[str, Any]) -> str:
    """What the cells print and show as text."""
    outputs = [output for cell in code_cells(notebook) for output in cell["outputs"]]
    texts = [output.get("text") or output["data"]["text/plain"] for output in outputs]
    return "\n".join("".join(text) for text in texts)


def test_its_outputs_are_those_of_one_clean_run_and_small() -> None:
    """To write them anew: python -m tests.library.notebook."""
    text = NOTEBOOK.read_text()
    notebook = json.loads(text)
    cells = code_cells(notebook)
    assert len(text) < MOST_BYTES
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell["outputs"] for cell in cells[1:])
    kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
    assert kinds == {"execute_result", "display_data", "stream"}
    assert not any("stderr" in output.values() for cell in cells for output in cell["outputs"])
    assert all(cell["metadata"] == {} for cell in notebook["cells"])
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert str(ROOT) not in text


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_runs(workspace: Path) -> None:
    """In a folder of its own below a copy of params.yaml; figures are to within the machine's."""
    from tests.library.notebook import executed

    shutil.copy(ROOT / paths.PARAMS, workspace)
    (workspace / "docs").mkdir()
    found = executed(NOTEBOOK, workspace / "docs")
    committed = json.loads(NOTEBOOK.read_text())
    here, there = (
        re.sub(r"[-+]?\d[\d.e-]*", "", said(notebook)) for notebook in (found, committed)
    )
    assert here.split() == there.split()
