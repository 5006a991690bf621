from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.review.dotted import LONGEST, Change, changes, flat, shown

BLOCKS = st.recursive(
    st.integers() | st.booleans(),
    lambda inner: st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
).filter(lambda block: isinstance(block, dict))


def test_keys_are_dotted_and_lists_and_empty_blocks_are_values() -> None:
    block = {"a": {"b": {"c": 1}, "d": [1, {"e": 2}]}, "f": {}}
    assert flat(block) == {"a.b.c": 1, "a.d": [1, {"e": 2}], "f": {}}


def test_what_is_new_and_what_is_gone_have_a_dash() -> None:
    found = changes({"l2": {"strength": 0.01}, "l1": 1, "same": 0}, {"l2": 0.00001, "same": 0})
    assert found == (
        Change("l2", "–", "0.00001"),
        Change("l2.strength", "0.01", "–"),
        Change("l1", "1", "–"),
    )
    assert [str(change) for change in found] == [
        "l2: 0.00001",
        "l2.strength: 0.01 -> –",
        "l1: 1 -> –",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-7, "0.0000001"),
        (True, "true"),
        (None, "null"),
        ("a b", "a b"),
        ([1e-5, "x"], "[0.00001, x]"),
        ({}, "{}"),
        (3, "3"),
    ],
)
def test_values_are_spelled_as_in_yaml(value: Any, text: str) -> None:
    assert shown(value) == text


def test_a_long_value_is_cut() -> None:
    assert len(shown(list(range(200)))) == LONGEST
    assert shown(list(range(200))).endswith("…")


@given(BLOCKS, BLOCKS)
def test_changes_are_those_of_the_two_and_none_of_one(first: Any, second: Any) -> None:
    assert changes(first, first) == ()
    forth, back = changes(first, second), changes(second, first)
    assert {(c.key, c.before, c.after) for c in forth} == {(c.key, c.after, c.before) for c in back}
