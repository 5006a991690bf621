"""Strength paths and pairs as tables."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd

from regscope.report import sweep_tables
from regscope.report.sweep_tables import Sweep
from tests.report import synthetic


def loaded(workspace: Path) -> Sweep:
    synthetic.write_sweep("tiny")
    sweep = sweep_tables.load_sweep("tiny")
    assert sweep is not None
    return sweep


def test_a_study_without_strength_paths(workspace: Path) -> None:
    assert sweep_tables.load_sweep("tiny") is None


def test_tuned_strengths(workspace: Path) -> None:
    table = sweep_tables.tuned_table(loaded(workspace))
    assert [cell.text for cell in table.rows[0]] == [
        "L1", "0.00001 [0, 0.001]", "91.00", "93.20", "+1.20 [+0.64, +1.76]", "0.004",
        "1.00 [0.57, 1.00]", "4", "better",
    ]  # fmt: skip
    assert len(table.columns) == len(table.rows[0])


def test_a_method_that_is_left_out_and_a_choice_at_the_end_of_its_grid(workspace: Path) -> None:
    sweep = loaded(workspace)
    (row,) = sweep.tuned.to_dict("records")
    nothing = dict.fromkeys(("low", "high", "p_value", "p_holm", "probability_better"), math.nan)
    out = {"strength": 0.0, "difference": 0.0, "verdict": "left out", "grid_end": math.nan}
    last = {"strength": 0.001, "grid_end": "largest"}
    tuned = pd.DataFrame([row | nothing | out, row | last])
    table = sweep_tables.tuned_table(replace(sweep, tuned=tuned))
    assert "0: best without the method" in table.caption
    left_out, at_the_end = ([cell.text for cell in row] for row in table.rows)
    assert left_out == ["L1", "0 [0, 0.001]", "91.00", "93.20", *["–"] * 4, "left out"]
    assert not any(cell.stands_out for cell in table.rows[0])
    assert at_the_end[1] == "0.001, the largest tried [0, 0.001]"
    assert at_the_end[4:] == [cell.text for cell in sweep_tables.tuned_table(sweep).rows[0]][4:]


def test_a_path_has_a_row_a_strength(workspace: Path) -> None:
    (table,) = sweep_tables.path_tables(loaded(workspace))
    assert table.caption == "L1, means over seeds"
    # Of 91, 92 and 93: 92 ± 4.303 / sqrt(3).
    assert [[cell.text for cell in row[:3]] for row in table.rows] == [
        ["0", "92.00 ± 2.48", "90.00"],
        ["0.00001", "92.00 ± 2.48", "90.00"],
        ["0.001", "92.00 ± 2.48", "90.00"],
    ]
    assert {len(row) for row in table.rows} == {len(table.columns)}


def test_pairs(workspace: Path) -> None:
    pairs = loaded(workspace).pairs
    assert pairs is not None
    table = sweep_tables.pairs_table(pairs)
    assert [cell.text for cell in table.rows[0]] == [
        "L1", "L2", "93.00", "93.20", "92.00", "−0.20 [−1.00, +0.60]", "L1", "0.400",
        "−0.20 [−1.20, +0.80]", "undecided",
    ]  # fmt: skip


def test_pairs_may_be_missing(workspace: Path) -> None:
    synthetic.write_sweep("tiny")
    (Path("metrics") / "paths" / "tiny" / "pairs.csv").unlink()
    sweep = sweep_tables.load_sweep("tiny")
    assert sweep is not None
    assert sweep.pairs is None
