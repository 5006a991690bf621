"""Test examples that stand class by class are dealt; all others stay where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regscope.datasets import Dataset
from regscope.datasets.base import Quantity
from regscope.datasets.turns import dealt


def points(targets: list[int], train: int | None) -> Dataset:
    """Examples that are their own numbers."""
    numbers = np.arange(len(targets), dtype=np.float32).reshape(-1, 1)
    return Dataset(
        "points", numbers, np.array(targets, np.int64), ("a", "b", "c"), official_train=train
    )


def order(dataset: Dataset) -> list[int]:
    return [int(number) for number in dataset.inputs[:, 0]]


def test_the_first_few_are_of_all_classes() -> None:
    found = dealt(points([0, 0, 1, 2, *[0, 0, 0], *[1], *[2, 2]], 4))
    assert order(found) == [0, 1, 2, 3, 4, 7, 8, 5, 9, 6]
    assert found.targets.tolist() == [0, 0, 1, 2, 0, 1, 2, 0, 2, 0]


def test_classes_may_stand_in_any_order() -> None:
    assert order(dealt(points([0, 1, 2, *[2, 2], *[0, 0]], 3))) == [0, 1, 2, 5, 3, 6, 4]


def test_what_does_not_stand_class_by_class_stays() -> None:
    mixed = points([0, 1, 2, 0, 1, 0, 1], 3)
    drawn_by_seed = points([0, 0, 1, 1, 2, 2], None)
    numbers = replace(
        points([0, 1, 2, 0, 0, 1], 3),
        targets=np.array([0.0, 1, 2, 0, 0, 1]),
        classes=(),
        quantity=Quantity("price"),
    )
    for dataset in (mixed, drawn_by_seed, numbers):
        assert dealt(dataset) is dataset


@given(st.lists(st.integers(1, 9), min_size=3, max_size=3), st.integers(0, 8))
def test_any_few_hold_classes_alike(sizes: list[int], few: int) -> None:
    """No class has two more among the first than another that still has some behind them."""
    test = [one for one, size in enumerate(sizes) for _ in range(size)]
    found = dealt(points([0, 1, 2, *test], 3))
    assert sorted(order(found)) == list(range(3 + len(test)))
    assert found.targets.tolist() == [([0, 1, 2, *test])[place] for place in order(found)]
    first = found.targets[3:][:few].tolist()
    counts = [first.count(one) for one in range(3)]
    left = [count for count, size in zip(counts, sizes, strict=True) if count < size]
    assert not left or max(counts) - min(left) <= 1
    assert dealt(found).targets.tolist() == found.targets.tolist()
