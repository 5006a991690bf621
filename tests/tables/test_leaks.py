"""Columns that give the target away are found, and no others."""

from __future__ import annotations

import numpy as np
import pytest

from regscope.tables.kinds import Held
from regscope.tables.leaks import leaks

STREAM = np.random.default_rng(0)
N = 400
CLASSES = STREAM.integers(0, 2, N)
NUMBERS = STREAM.normal(10, 3, N)
CLASS = Held("class", "category", 0, codes=CLASSES, categories=("no", "yes"))
PRICE = Held("price", "number", 0, values=NUMBERS)


def number(name: str, values: np.ndarray) -> Held:
    return Held(name, "number", int(np.isnan(values).sum()), values=values.astype(float))


def category(name: str, codes: np.ndarray) -> Held:
    names = tuple(f"c{place}" for place in range(codes.max() + 1))
    return Held(name, "category", int((codes < 0).sum()), codes=codes, categories=names)


NOISE = STREAM.normal(size=N)


@pytest.mark.parametrize(
    ("column", "gives"),
    [
        (category("same", CLASSES), True),
        (category("other way", 1 - CLASSES), True),
        (category("missing is yes", np.where(CLASSES == 1, -1, 0)), True),
        (number("threshold", np.where(CLASSES == 1, 5.0, -5) + NOISE * 0.1), True),
        (category("nine of ten", np.where(STREAM.random(N) < 0.9, CLASSES, 1 - CLASSES)), False),
        (number("good, with errors", CLASSES + 0.5 * NOISE), False),
        (category("a value a row", np.arange(N)), False),
        (number("noise", NOISE), False),
    ],
)
def test_of_classes(column: Held, gives: bool) -> None:
    assert bool(leaks([column], CLASS)) == gives


@pytest.mark.parametrize(
    ("columns", "giving"),
    [
        ([number("log", np.log(NUMBERS - NUMBERS.min() + 1))], ["log"]),
        ([number("minus", -NUMBERS)], ["minus"]),
        ([number("a", NUMBERS - NOISE), number("b", NOISE), number("c", NOISE**2)], ["a", "b"]),
        ([number("near", NUMBERS + NOISE * 0.1)], []),
        ([number("noise", NOISE)], []),
    ],
)
def test_of_numbers(columns: list[Held], giving: list[str]) -> None:
    assert sorted(leaks(columns, PRICE)) == giving


def test_nothing_is_said_of_few_rows() -> None:
    few = category("same", CLASSES[:30])
    target = Held("class", "category", 0, codes=CLASSES[:30], categories=("no", "yes"))
    assert leaks([few], target) == {}


def test_what_is_learned_by_heart_does_not_count() -> None:
    """Random classes and a hundred random categories: no false alarm in two hundred."""
    for _ in range(200):
        target = Held("t", "category", 0, codes=STREAM.integers(0, 2, 60), categories=("a", "b"))
        column = category("many", STREAM.integers(0, 12, 60))
        assert leaks([column], target) == {}
