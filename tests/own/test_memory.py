"""A large table takes a few times its own size in memory, while it is looked at and while read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROWS, COLUMNS = 200_000, 50
MOST = 3
"""Times the file's size."""

LOOKING = """
import resource, sys
from pathlib import Path
import sklearn.tree, pandas, pyarrow.csv
from regscope.own.table_asked import TableAsked
from regscope.own.tables import look_at_table

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10

before = peak()
looked = look_at_table(Path(sys.argv[1]), "large", "y", TableAsked())
print(peak() - before)
"""


@pytest.mark.slow
def test_a_large_table_is_in_memory_once(tmp_path: Path) -> None:
    stream = np.random.default_rng(1)
    file = tmp_path / "large.csv"
    names = ",".join([*(f"n{place}" for place in range(COLUMNS - 1)), "y"])
    numbers = stream.normal(size=(ROWS, COLUMNS - 1))
    with file.open("w") as out:
        out.write(f"{names}\n")
        for row, label in zip(numbers.tolist(), stream.integers(0, 2, ROWS), strict=True):
            out.write(",".join(f"{value:.3f}" for value in row) + f",{'ny'[label]}\n")
    done = subprocess.run(
        [sys.executable, "-c", LOOKING, str(file)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < MOST * file.stat().st_size
