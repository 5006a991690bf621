"""The one line that a person is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.base.errors import RegscopeError
from regscope.base.lines import LINE, choose, joined, listed, plain, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("naïve — 数", "naïve — 数"),
        ("a\nb\tc\0d", r"a\nb\tc\x00d"),
        ("a\u202eb\u200fc\u2028d\x1b[31m", r"a\u202eb\u200fc\u2028d\x1b[31m"),
        ("\udcff", r"\udcff"),
    ],
)
def test_what_does_not_print_is_escaped(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"), (True, "true"), (0.001, "0.001"), ("x", "x"), ([1, "a"], "[1, a]"),
        ([[True], {"a": 1}], "[[true], {...}]"), ({}, "{}"), (1 << 5000, "a number of 5001 bits"),
        ("ab" * 50, "ab" * 18 + "a ... " + "ab" * 9),
    ],
)  # fmt: skip
def test_values_as_yaml_spells_them(value: Any, expected: str) -> None:
    assert shown(value) == expected


def test_lists_that_hold_themselves_many_times_over_are_short() -> None:
    value: list[Any] = ["x"]
    for _ in range(40):
        value = [value] * 10
    assert len(shown(value)) <= 60
    value.append(value)
    assert len(shown(value)) <= 60


def test_names_are_listed_as_far_as_they_fit_and_the_likeliest_first() -> None:
    names = [f"name{number}" for number in range(500)]
    found = listed(names, near="nam499")
    assert found.startswith("name499, ")
    assert len(found) < 260
    left = int(found.rpartition("(")[2].removesuffix(" more)"))
    assert found.count(", ") + left == len(names)


def test_where_there_is_nothing_to_choose_that_is_said() -> None:
    assert choose([]) == "there is nothing to choose"
    assert choose(["a", "b"]) == "choose from: a, b"


@given(st.text(max_size=2000))
def test_every_error_is_one_short_line_that_prints(text: str) -> None:
    line = str(RegscopeError(text))
    assert len(line) <= LINE
    assert line.isprintable()
    if text.isprintable() and len(text) <= LINE:
        assert line == text


def test_words_are_joined_as_sentences_do() -> None:
    assert [joined(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
