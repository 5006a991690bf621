"""The public tables, looked at as a table of one's own is: `regscope studies --describe`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from regscope.datasets.own import DESCRIBED, write_description
from regscope.datasets.public_tables import TABLES
from regscope.own.block import block_text
from regscope.own.looked import Looked
from regscope.own.table_asked import TableAsked
from regscope.own.tables import look_at_table
from regscope.own.writing import with_methods


def described(name: str, folder: Path) -> Looked:
    """The table `name`, fetched into `folder` and looked at."""
    files = TABLES[name]
    files.download(folder)
    test = None if files.test is None else folder / files.test
    asked = TableAsked(header=files.header, test=test, task=None)
    return look_at_table(folder / files.train, name, files.target, asked)


def describe() -> None:
    """Write what is in them into regscope/datasets/described; print it, and what is proposed."""
    for name in TABLES:
        with tempfile.TemporaryDirectory() as folder:
            looked = described(name, Path(folder))
        write_description(DESCRIBED / name, looked.description)
        for line in (*looked.told, *looked.warned):
            print(f"{name}: {line}")
        data = {"source": "public_table", "table": name}
        print(block_text(name, with_methods(data, looked.proposal, looked.methods).block))
