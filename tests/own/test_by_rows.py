"""What is proposed for a table by how many rows it has: every bound, and both of its sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regscope.own.for_tables import proposed
from regscope.own.table_asked import TableAsked
from regscope.tables.kinds import Held
from regscope.tables.look import TWINS, Asked, Seen, look, odd


def proposal(rows: int, asked: TableAsked | None = None, test_rows: int = 0) -> dict[str, Any]:
    """For a table of one number that is to tell another."""
    values = np.arange(rows) / 7
    seen = Seen(
        Held("t", "number", 0, values=values), (Held("a", "number", 0, values=values),), {}, 0
    )
    path = Path("t.csv")
    return proposed(seen, path, "t", asked or TableAsked(), np.empty(0), test_rows)


@pytest.mark.parametrize(
    ("rows", "width"),
    [(1_999, 64), (2_000, 64), (2_001, 128), (20_000, 128), (20_001, 256), (1_000_000, 256)],
)
def test_how_wide_the_layers_are(rows: int, width: int) -> None:
    assert proposal(rows)["model"]["hidden"] == [width, width]


# A batch is smaller by few where the last one would be of one row.
@pytest.mark.parametrize(
    ("rows", "batch"),
    [
        *[(1_999, 32), (2_001, 31), (5_000, 32), (5_001, 128)],
        *[(20_001, 127), (50_000, 128), (50_001, 512), (1_000_000, 512)],
    ],
)
def test_how_large_batches_are(rows: int, batch: int) -> None:
    assert proposal(rows)["training"]["batch_size"] == batch


@pytest.mark.parametrize(
    ("rows", "epochs"),
    [
        # 2,000 steps of 32 are 200 epochs of 320 rows, of which four fifths of four fifths learn.
        *[(100, 200), (500, 200), (501, 199), (2_000, 50), (5_000, 20), (5_001, 80)],
        *[(50_000, 10), (50_001, 32), (1_000_000, 10)],
    ],
)
def test_how_many_epochs_there_are(rows: int, epochs: int) -> None:
    found = proposal(rows)["training"]
    assert (found["epochs"], found["seeds"]) == (epochs, 10)


@pytest.mark.parametrize(("rows", "portable"), [(19_999, True), (20_000, True), (20_001, False)])
def test_up_to_which_size_arithmetic_is_portable(rows: int, portable: bool) -> None:
    assert proposal(rows)["training"].get("arithmetic") == ("portable" if portable else None)


@pytest.mark.parametrize(
    ("rows", "test_rows", "examples"),
    # A fifth tests, or the rows of a test file.
    [(10_002, 0, None), (10_003, 0, 2_000), (99, 2_000, None), (99, 2_001, 2_000)],
)
def test_how_many_rows_are_measured(rows: int, test_rows: int, examples: int | None) -> None:
    asked = TableAsked(test=Path("u.csv") if test_rows else None)
    found = proposal(rows, asked, test_rows)
    assert found["evaluation"].get("examples") == examples
    assert ("train" in found["split"]) == (not test_rows)


@pytest.mark.parametrize(("place", "twins"), [(TWINS - 1, 1), (TWINS, 0)])
def test_among_how_many_rows_twins_are_counted(place: int, twins: int) -> None:
    assert TWINS == 200_000
    values = np.arange(TWINS + 1) * 0.5
    values[place] = values[7]
    target = np.arange(TWINS + 1) % 2
    target[place] = target[7]
    columns = {"a": pa.chunked_array([values]), "t": pa.chunked_array([target])}
    seen = look(columns, "t", Asked())
    assert seen.twins == twins
    told = [line for line in odd(seen) if "there already" in line]
    assert told == ["1 row is there already: some may train and test"] * twins
