"""Runs docs/walkthrough.ipynb; `python -m tests.library.notebook` writes its outputs anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbclient
import nbformat

NOTEBOOK = Path(__file__).parents[2] / "docs" / "walkthrough.ipynb"
SECONDS = 240


def read(notebook: Path) -> Any:
    return nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]


def executed(notebook: Path, folder: Path, *further: str) -> Any:
    """The notebook with the outputs of a run in `folder`, and nothing else of that run.

    The code of `further` is run after its cells, a cell each.
    """
    found = read(notebook)
    for source in further:
        found.cells.append(nbformat.v4.new_code_cell(source))  # type: ignore[no-untyped-call]
    client = nbclient.NotebookClient(
        found,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    found.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return found


if __name__ == "__main__":
    written = executed(NOTEBOOK, NOTEBOOK.parent)
    nbformat.write(written, NOTEBOOK)  # type: ignore[no-untyped-call]
