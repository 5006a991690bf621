"""Public tables as they are put together from their files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from regscope.datasets.own import DESCRIBED
from regscope.datasets.public_tables import TABLES
from regscope.datasets.table import TableDescription

DOWNLOAD = """
import dataclasses, sys
from pathlib import Path
from regscope.datasets import public_tables

assert not sys.flags.utf8_mode
public_tables.fetch = lambda files, folder: None
table = dataclasses.replace(public_tables.TABLES["khan"], targets={"x.csv": "y.csv"})
table.download(Path(sys.argv[1]))
"""


def test_targets_come_beside_their_rows_in_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("a,größe\n1,Zürich\n2,Bern\n".encode())
    (tmp_path / "y.csv").write_bytes("t\n3\nvier für\n".encode())
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    subprocess.run(
        [sys.executable, "-c", DOWNLOAD, str(tmp_path)], env=os.environ | ascii_only, check=True
    )
    expected = "a,größe,tumour\n1,Zürich,3\n2,Bern,vier für\n"
    assert (tmp_path / "x.csv").read_bytes().decode() == expected
    assert not (tmp_path / "y.csv").exists()


PAGE = Path(__file__).parents[2] / "docs/data-sets.md"


def test_the_page_says_of_every_table_what_is_described() -> None:
    """How many rows and columns of it there are, and of all which bounds they have."""
    described = {
        name: TableDescription.model_validate(json.loads((DESCRIBED / f"{name}.json").read_text()))
        for name in TABLES
    }
    expected, page = {}, PAGE.read_text(encoding="utf-8")
    for name, found in described.items():
        train = found.official_train
        rows = f"{train:,} + {found.size - train:,}" if train else f"{found.size:,}"
        expected[name] = (rows, f"{len(found.columns):,}")
    section = page.partition("| `table` | rows | target | columns read |")[2].partition("\n\n")[0]
    told = {
        name: (rows, columns)
        for name, rows, columns in re.findall(
            r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \| ([^|]+) \|", section, re.MULTILINE
        )
    }
    assert told == expected
    sizes = [found.size for found in described.values()]
    columns = [len(found.columns) for found in described.values()]
    classes = sorted({len(found.classes) for found in described.values()} - {0})
    assert (
        f"| {min(sizes)} to {max(sizes):,} | its own, or drawn by seed | {classes[0]} or"
        f" {classes[1]}, or a number | {min(columns)} to {max(columns):,} columns | each its own |"
    ) in page
