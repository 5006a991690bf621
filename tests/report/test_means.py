"""Means of tables' columns, beside pandas' own."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.report.means import by_column, grouped_means, layer_means, seed_means
from tests.report import synthetic

VALUES = st.one_of(st.just(math.nan), st.floats(-100, 100))
ROWS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), VALUES), min_size=1)


def test_grouped_means_by_hand() -> None:
    table = pd.DataFrame(
        {
            "layer": ["two", "one", "two", "one"],
            "reg": ["none", "none", "none", "none"],
            "std": [1.0, math.nan, 2.0, 4.0],
            "units": [3, 5, 3, 5],
        }
    )
    assert grouped_means(table, ("layer", "reg"), "std") == {
        ("two", "none"): 1.5,
        ("one", "none"): 4.0,
    }
    found = layer_means(table, ("std", "units", "not_there"))
    assert list(found) == ["two", "one"]
    assert found["one"] == {"std": {"none": 4.0}, "units": {"none": 5.0}}


@given(ROWS)
def test_grouped_means_are_pandas_in_the_order_of_the_rows(
    rows: list[tuple[str, str, float]],
) -> None:
    table = pd.DataFrame(rows, columns=["first", "second", "value"])
    expected = table.groupby(["first", "second"], sort=False)["value"].mean()
    found = grouped_means(table, ("first", "second"), "value")
    assert list(found) == list(expected.index)
    np.testing.assert_allclose(list(found.values()), expected, rtol=1e-9, atol=1e-9)


def test_a_mean_that_ends_in_a_five_is_not_moved_by_the_sum() -> None:
    """Of ten numbers with the sum 0.7745, which added one after another make 0.77449999999."""
    values = [0.07965, 0.07795, 0.07845, 0.07505, 0.08035, 0.0765, 0.0774, 0.0749, 0.07895, 0.0753]
    table = pd.DataFrame({"reg": ["none"] * 10, "value": values})
    assert grouped_means(table, ("reg",), "value") == {("none",): 0.7745 / 10}


def test_seed_means_leave_out_what_a_seed_or_a_study_lacks() -> None:
    results = synthetic.found({"none": (0.5, 0.75, 1.0), "l1": (0.25, 0.5, 0.75)})
    results.seeds.loc[results.seeds["reg"] == "l1", "test_loss"] = [1.0, math.nan, 2.0]
    found = seed_means(results, ("test_accuracy", "test_loss", "not_there"))
    assert found["test_accuracy"] == pytest.approx({"none": 0.75, "l1": 0.5})
    assert found["test_loss"]["l1"] == 1.5
    assert "not_there" not in found


def test_values_by_column_and_cell() -> None:
    table = pd.DataFrame({"class": ["b", "a"] * 2, "reg": ["x", "x", "y", "y"], "f1": range(4)})
    found = by_column(table, "class", "f1")
    assert found == {"b": {"x": 0, "y": 2}, "a": {"x": 1, "y": 3}}
    assert list(found) == ["b", "a"]
