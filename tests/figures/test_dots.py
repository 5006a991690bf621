"""Means with intervals, and which of them stand out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from regscope.figures import data, dots
from regscope.statistics import mean_interval
from regscope.study.params import load_params


def test_intervals_leave_out_what_is_not_finite() -> None:
    found = dots.intervals([np.array([1.0, 2.0, 4.0, np.nan]), np.array([np.nan, np.inf])])
    expected = mean_interval([1.0, 2.0, 4.0])
    assert found[0] == pytest.approx([expected.low, expected.mean, expected.high])
    assert np.isnan(found[1]).all()


def test_leaders_overlap_the_best_and_not_one_another() -> None:
    found = np.array([[1.0, 2, 3], [4, 5, 6], [5.5, 7, 8], [5.9, 6, 6.1], [np.nan] * 3])
    assert dots.leaders(found) == [2, 3, 1]
    assert dots.leaders(found, highest=False) == [0]


@pytest.mark.parametrize(
    ("means", "named"),
    [
        ([10.0, 50.0, 30.0], "L1 (50 %)"),
        ([10.0, 50.0, 50.2], "Mine and L1 (50 %, intervals overlap)"),
        ([10.0, 50.0, 51.0], "Mine and L1 (51 and 50 %, intervals overlap)"),
        ([50.0, 50.0, 50.0], ""),
    ],
)
def test_cells_with_most_are_named_where_some_stand_out(
    studies: Path, means: list[float], named: str
) -> None:
    cells = data.load("pictures", load_params()).cells
    found = np.array([[mean - 2, mean, mean + 2] for mean in means])
    assert dots.extreme(cells, found, highest=True) == named


def test_nobody_stands_out_where_a_wide_interval_alone_reaches_the_best(studies: Path) -> None:
    cells = data.load("pictures", load_params()).cells
    found = np.array([[10.0, 25, 40], [36, 44, 52], [22, 28, 34]])
    assert dots.leaders(found) == [1, 0]
    assert dots.extreme(cells, found, highest=True) == ""
    assert dots.extreme(cells, 100 - found[:, ::-1], highest=False) == ""
