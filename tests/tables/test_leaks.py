"""Columns that give the target away are found, and no others."""

from __future__ import annotations

import numpy as np
import pytest

from regscope.base.lines import listed
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


@pytest.mark.parametrize(
    ("codes", "noise", "gives"),
    [
        (STREAM.integers(0, 40, N), 0.0, True),
        (STREAM.integers(-1, 20, N), 0.005, True),
        (STREAM.integers(0, 20, N), 0.02, False),
        (np.arange(N), 0.0, False),
    ],
    ids=["a price of each", "missing is one, too", "nearly", "a value a row"],
)
def test_a_category_tells_a_number_by_its_means(
    codes: np.ndarray, noise: float, gives: bool
) -> None:
    """A hundredth of the deviation is a ten-thousandth of the variance."""
    prices = STREAM.permutation(codes.max() + 2)
    own = prices[codes] / prices.std() + noise * STREAM.normal(size=N)
    found = leaks([category("model", codes)], Held("price", "number", 0, values=own))
    assert bool(found) == gives


def test_a_number_is_told_in_many_rows_too() -> None:
    """More rows than are looked at first; also where nearly all have one value."""
    target = STREAM.exponential(size=5_000)
    assert list(leaks([number("log", np.log(target))], number("t", target))) == ["log"]
    near = target.copy()
    near[:500] = STREAM.permutation(near[:500])
    assert leaks([number("near", near)], number("t", target)) == {}
    rare = np.where(STREAM.random(5_000) < 0.01, target, 0)
    assert list(leaks([number("square", rare**2)], number("t", rare))) == ["square"]


MANY = STREAM.normal(size=(20_000, 400))


def together(table: np.ndarray, target: np.ndarray) -> list[str]:
    """Columns that tell the target together; each reason names all."""
    columns = [number(f"c{place}", values) for place, values in enumerate(table.T)]
    found = leaks(columns, number("t", target))
    assert set(found.values()) <= {f"tells t together ({listed(found)})"}
    return list(found)


# One solution a column took an hour.
@pytest.mark.timeout(60)
@pytest.mark.parametrize("few", [2, 10, 11, 400])
def test_of_many_columns_the_fewest_are_named_and_no_more_than_ten(few: int) -> None:
    chosen = np.sort(STREAM.permutation(400)[:few])
    expected = [f"c{place}" for place in chosen] if few <= 10 else []
    assert together(MANY, MANY[:, chosen].sum(1)) == expected


def test_columns_that_come_twice_are_named_once() -> None:
    table = np.column_stack([MANY[:2_000, :20], 3 * MANY[:2_000, :20] + 1])
    first, second = together(table, MANY[:2_000, 4] - MANY[:2_000, 9])
    assert {first, second} in [{a, b} for a in ("c4", "c24") for b in ("c9", "c29")]


def test_a_small_difference_of_large_numbers_is_found() -> None:
    """Ten minutes between two times of a year."""
    start, length = 1.6e9 + 3e7 * STREAM.random(4_000), STREAM.exponential(600, 4_000)
    table = np.column_stack([MANY[:4_000, :50], start, start + length])
    assert together(table, length) == ["c50", "c51"]


def told_of_classes(classes: np.ndarray, column: np.ndarray) -> bool:
    target = Held("t", "category", 0, codes=classes, categories=("no", "yes"))
    return bool(leaks([category("c", column)], target))


def halves(learned: int, held: int, each: int = 100) -> np.ndarray:
    """Classes of twice as many rows, so many of them `yes` among those that are learned from, which
    is every second one, and among the others."""
    classes = np.zeros((each, 2), np.int64)
    classes[:learned, 0], classes[:held, 1] = 1, 1
    return classes.reshape(-1)


@pytest.mark.parametrize(("rows", "told"), [(39, False), (40, True)])
def test_nothing_is_said_of_few_rows(rows: int, told: bool) -> None:
    classes = np.arange(rows) % 4 // 2
    assert told_of_classes(classes, classes) == told


@pytest.mark.parametrize(
    ("rare", "wrong", "gives"),
    [
        *[(100, 2, True), (100, 3, False), (99, 2, False)],
        *[(50, 1, True), (50, 2, False), (49, 1, False)],
        *[(49, 0, True), (5, 0, True), (4, 0, False)],
    ],
)
@pytest.mark.parametrize("kind", ["categories", "numbers"])
def test_a_fiftieth_of_the_guesses_errors_may_be_left(
    kind: str, rare: int, wrong: int, gives: bool
) -> None:
    """Of five errors or more: the guess, no, is wrong in the rare rows of the held ones."""
    classes = halves(20, rare, each=250)
    column = classes.copy()
    column[1::2][250 - wrong :] = 1
    assert int((column != classes).sum()) == wrong
    target = Held("t", "category", 0, codes=classes, categories=("no", "yes"))
    read = category("c", column) if kind == "categories" else number("c", column * 2.5)
    found = leaks([read], target)
    assert found == ({"c": f"tells t ({1 - wrong / 250:.1%} of rows by it alone)"} if gives else {})


@pytest.mark.parametrize(("names", "told"), [(50, True), (51, False)])
def test_of_more_categories_than_a_quarter_of_the_learned_rows_nothing_is_said(
    names: int, told: bool
) -> None:
    """Though all of them tell the class."""
    column = np.repeat(np.arange(200) % names, 2)
    assert told_of_classes(column % 2, column) == told


def test_what_is_learned_by_heart_does_not_count() -> None:
    """Of 400 rows 25 are of the rare class, each in a category of its own: whoever knows the rows
    by heart makes no error, and who does not makes the guess's."""
    classes = halves(12, 13, each=200)
    own = np.where(classes == 1, classes.cumsum(), 0)
    assert len(np.unique(own)) == 26
    assert not told_of_classes(classes, own)
    assert told_of_classes(classes, np.minimum(own, 1))
