"""Public tables as they are put together from their files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
