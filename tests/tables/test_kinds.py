"""What a column holds, by all of its values."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pyarrow as pa
import pytest

from regscope.base.errors import RegscopeError
from regscope.tables.kinds import (
    ColumnKind,
    Held,
    apart_from_numbers,
    check_size,
    could_be,
    held,
    in_order,
)


def of(*words: str, asked: ColumnKind | None = None) -> Held:
    return held("x", pa.chunked_array([list(words)]), asked)


def test_numbers() -> None:
    found = of("1", "-2.5", "1e3", "", "?")
    assert (found.kind, found.missing, found.distinct) == ("number", 2, 3)
    np.testing.assert_array_equal(found.values, [1, -2.5, 1000, math.nan, math.nan])


def test_categories_are_sorted_and_counted() -> None:
    found = of("b", "a", "NA", "b")
    assert (found.kind, found.missing, found.categories) == ("category", 1, ("a", "b"))
    np.testing.assert_array_equal(found.codes, [1, 0, -1, 1])


def test_categories_that_are_numbers_are_sorted_by_size() -> None:
    assert of("10", "9", "10", asked="category").categories == ("9", "10")
    assert in_order(["b", "10", "9"]) == ["10", "9", "b"]


def test_dates_are_days() -> None:
    found = of("2000-01-02", "2000-01-01 12:00", "")
    assert (found.kind, found.missing) == ("date", 1)
    np.testing.assert_array_equal(found.values, [1, 0.5, math.nan])


def test_typed_columns() -> None:
    day = pa.chunked_array([pa.array([datetime.date(2000, 1, 11), None])])
    np.testing.assert_array_equal(held("x", day).values, [10, math.nan])
    whole = pa.chunked_array([pa.array([3, None, 5])])
    np.testing.assert_array_equal(held("x", whole).values, [3, math.nan, 5])
    assert held("x", whole, "category").categories == ("3", "5")
    nested = pa.chunked_array([pa.array([[1], [2]])])
    assert held("x", nested).kind == "text"


def test_nanoseconds_are_cut_off_and_years_beyond_microseconds_refused() -> None:
    day = 946_684_800 * 10**9 + 86_400 * 10**9
    stamps = pa.chunked_array([pa.array([day, day + 43_200 * 10**9 + 1, None], pa.timestamp("ns"))])
    found = held("x", stamps)
    assert (found.kind, found.missing) == ("date", 1)
    np.testing.assert_array_equal(found.values, [1, 1.5, math.nan])
    far = pa.chunked_array([pa.array([2**62], pa.timestamp("s"))])
    with pytest.raises(RegscopeError, match=r"^column x: .*out of bounds"):
        held("x", far)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([f"person {row}" for row in range(50)], "text"),
        ([f"street {row % 100}" for row in range(300)], "category"),
        ([f"street {row % 300}" for row in range(600)], "text"),
        ([f"street {row % 300}" for row in range(3000)], "category"),
        ([f"street {row % 1001}" for row in range(20_000)], "text"),
        (["yes", "no"], "category"),
        (["true", "false", ""], "category"),
    ],
)
def test_text_is_a_category_where_its_values_come_often(values: list[str], kind: str) -> None:
    assert of(*values).kind == kind


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("1,234", "12"), "column x: 1,234: numbers with thousands separators: write them without"),
        (("1,5", "2"), "column x: 1,5: numbers with decimal commas: write points, or say what"),
        (("1", "inf", "-inf"), "column x: inf in 2 rows, the first 2: every number must be finite"),
    ],
)
def test_numbers_that_can_be_misread_are_refused(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        of(*words)
    assert str(refused.value).startswith(told)


def test_what_is_asked_for_and_not_there_is_refused() -> None:
    with pytest.raises(RegscopeError, match="column x: high is no number"):
        of("1", "high", asked="number")
    with pytest.raises(RegscopeError, match="column x: not dates as 2026"):
        of("1.1.2000", asked="date")
    with pytest.raises(RegscopeError, match="column x: not dates as 2026"):
        of("20000101", "20000102", asked="date")
    assert of("", "?", asked="date").missing == 2


@pytest.mark.parametrize("word", ["1_000", "١"])
def test_what_python_alone_takes_for_a_number_is_none(word: str) -> None:
    with pytest.raises(RegscopeError, match=f"column x: {word} is no number"):
        of("1", word, asked="number")


@pytest.mark.parametrize("word", ["1e39", str(2**60), "-1e16"])
def test_numbers_that_no_network_can_read_are_refused(word: str) -> None:
    """A billion million is the most; a table keeps it, and its squares can be summed."""
    check_size(of("1e15", "", "-1e15"))
    check_size(of("", ""))
    with pytest.raises(
        RegscopeError, match=r"^column x: numbers up to \S+ in size; at most 1e\+15"
    ):
        check_size(of("1", word))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("31.12.2020", "1.2.2021"), "dates? Write them as 2026-11-29"),
        (("12/31/20", "1/2/21 10:30"), "dates? Write them as 2026-11-29"),
        (("3%", "12.5 %"), "numbers? Write them without what stands around them"),
        (("$1,200", "€3"), "numbers? Write them without what stands around them"),
        (("-3.5%", "0", "+2%"), "numbers? Write them without what stands around them"),
        (("-$3", "$1.5", "12 USD"), "numbers? Write them without what stands around them"),
        (("5 km", "10km"), "numbers? Write them without what stands around them"),
        (
            ("1.5", "2", "-"),
            "numbers but for -? Where that stands for a missing value, leave it empty",
        ),
        (("3%", "many"), ""),
        (("A11", "A12", "A13"), ""),
        (("1st", "2nd", "3rd"), ""),
        (("20-29", "30-39"), ""),
        (("1", "2", "3"), ""),
        (("", "?"), ""),
        (("flat 3", "house 4"), ""),
        (("name", "other"), ""),
    ],
)
def test_what_text_could_be(words: tuple[str, ...], told: str) -> None:
    assert could_be(of(*words, asked="text")) == told


@pytest.mark.parametrize(
    ("words", "apart"),
    [
        (("1", "2", "None"), ["None"]),
        (("1.5", "2", "3", "-", "x", "4", "5"), ["-", "x"]),
        (("1", "None"), []),
        (("1", "2"), []),
        (("a", "b", "1"), []),
    ],
)
def test_words_among_numbers(words: tuple[str, ...], apart: list[str]) -> None:
    assert apart_from_numbers(of(*words, asked="category")) == apart


def test_a_column_of_nothing() -> None:
    found = of("", "?", "NA")
    assert (found.distinct, found.missing) == (0, 3)
