"""A small table of one's own, as a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from regscope.datasets.own import write_description
from regscope.datasets.table import Table
from regscope.own.table_asked import TableAsked
from regscope.own.tables import look_at_table

ROWS = 200


def words(seed: int = 0) -> dict[str, list[str]]:
    """Columns as they stand in the file: a row number, ages with gaps, cities with gaps, a date."""
    stream = np.random.default_rng(seed)
    ages = stream.normal(40, 9, ROWS)
    left = ages + stream.normal(0, 9, ROWS) > 40
    return {
        "row": [str(row) for row in range(ROWS)],
        "age": [
            "" if gap else f"{age:.1f}"
            for age, gap in zip(ages, stream.random(ROWS) < 0.1, strict=True)
        ],
        "city": stream.choice(["Bern", "Rome", "?"], ROWS).tolist(),
        "since": [f"20{year:02d}-03-01" for year in stream.integers(10, 25, ROWS)],
        "left": np.where(left, "yes", "no").tolist(),
    }


def written(path: Path, **changed: list[str]) -> Path:
    """The table as CSV; where columns are given, with them in place of its own."""
    columns = words() | changed
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def brought(
    asked: TableAsked | None = None,
    target: str = "left",
    folder: Path = Path("data/own"),
    **changed: list[str],
) -> Table:
    """The source of such a table, looked at, put into `folder` and described."""
    folder.mkdir(parents=True, exist_ok=True)
    path = written(folder / "brought.csv", **changed)
    looked = look_at_table(path, "churn", target, asked or TableAsked())
    stored = folder / looked.name
    path.rename(stored)
    for name, other in looked.others.items():
        (folder / name).write_bytes(other.read_bytes())
    write_description(stored, looked.description)
    return Table(path=str(stored), target=target)
