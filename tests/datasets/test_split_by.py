"""Splits by class, by group and by time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset, Split, SplitSettings
from regscope.datasets.base import Quantity
from regscope.datasets.splits import GroupSizes, grouped, largest_remainders, strata_of_numbers

Holdout = Literal["test", "validation"]


def of_classes(targets: list[int] | np.ndarray, **more: Any) -> Dataset:
    labels = np.asarray(targets, dtype=np.int64)
    inputs = np.arange(2 * len(labels), dtype=np.float32).reshape(-1, 2)
    names = tuple(f"class {label}" for label in range(int(labels.max()) + 1))
    return Dataset("points", inputs, labels, names, **more)


def of_groups(groups: list[int] | np.ndarray, **more: Any) -> Dataset:
    return of_classes(np.arange(len(groups)) % 2, groups=np.asarray(groups, np.int64), **more)


def parts_of(split: Split) -> list[set[int]]:
    return [set(part.tolist()) for part in (split.train, split.holdout, split.watched)]


def counted(labels: np.ndarray) -> dict[int, int]:
    return dict(Counter(labels.tolist()))


def test_largest_remainders_of_known_shares() -> None:
    # 100 of 1000: 53.2, 31.5, 15.3 rounded down, and one more for .5
    assert largest_remainders(np.array([532, 315, 153]), 100).tolist() == [53, 32, 15]
    assert largest_remainders(np.array([1, 1, 1]), 2).tolist() == [1, 1, 0]
    assert largest_remainders(np.array([5, 0, 5]), 5).tolist() == [3, 0, 2]
    assert largest_remainders(np.array([4, 6]), 10).tolist() == [4, 6]


def test_strata_of_numbers_are_quantile_bins() -> None:
    tens = np.random.default_rng(0).permutation(100).astype(float)
    assert (strata_of_numbers(tens) == tens // 10).all()
    assert strata_of_numbers(np.array([3.0, 1.0, 2.0, 4.0])).tolist() == [1, 0, 0, 1]
    # Equal targets share a bin: of 90 zeros among 100 targets one is left.
    many = np.concatenate([np.zeros(90), np.arange(1.0, 11)])
    assert counted(strata_of_numbers(many)) == {0: 90, 1: 10}


def test_every_class_has_its_share_in_every_part() -> None:
    labels = np.repeat([0, 1, 2], [60, 30, 10])
    settings = SplitSettings(train=50, validation=10, by="stratified")
    for seed in range(3):
        whole = of_classes(labels).split(settings, seed)
        assert counted(labels[whole.train]) == {0: 30, 1: 15, 2: 5}
        assert counted(labels[whole.holdout]) == {0: 30, 1: 15, 2: 5}
        inside = of_classes(labels).split(settings, seed, "validation", watched=True)
        assert counted(labels[inside.holdout]) == {0: 6, 1: 3, 2: 1}
        assert counted(labels[inside.watched]) == {0: 6, 1: 3, 2: 1}
        assert counted(labels[inside.train]) == {0: 18, 1: 9, 2: 3}


def test_parts_by_class_are_in_mixed_order() -> None:
    labels = np.repeat([0, 1], 50)
    found = of_classes(labels).split(SplitSettings(train=60, validation=5, by="stratified"), 0)
    for part in (found.train, found.holdout):
        assert 0 < labels[part[: len(part) // 2]].mean() < 1
        assert list(part) != sorted(part)


def test_numbers_are_split_by_their_quantile_bins() -> None:
    targets = np.random.default_rng(1).normal(size=200)
    dataset = Dataset(
        "points", np.ones((200, 1), np.float32), targets, (), quantity=Quantity("size")
    )
    bins = strata_of_numbers(targets)
    split = dataset.split(SplitSettings(train=100, validation=20, by="stratified"), 0)
    assert (
        counted(bins[split.train]) == counted(bins[split.holdout]) == dict.fromkeys(range(10), 10)
    )


def test_an_official_training_set_is_split_by_class_and_its_test_stays() -> None:
    labels = np.array([0] * 30 + [1] * 10 + [0] * 5 + [1] * 5)
    dataset = of_classes(labels, official_train=40)
    found = dataset.split(SplitSettings(train=20, validation=4, by="stratified"), 0)
    assert counted(labels[found.train]) == {0: 15, 1: 5}
    assert found.holdout.tolist() == list(range(40, 50))
    whole = dataset.split(SplitSettings(validation=4, by="stratified"), 0, "validation")
    assert counted(labels[whole.holdout]) == {0: 3, 1: 1}


def test_a_class_with_one_example_is_refused_by_name() -> None:
    dataset = of_classes([0, 0, 0, 1, 0, 2, 2, 0])
    with pytest.raises(RegscopeError) as refused:
        dataset.split(SplitSettings(train=4, validation=1, by="stratified"), 0)
    assert str(refused.value) == (
        "split.by = stratified: every class must have two examples at least, and these have one"
        " (examples from 0): class 1 (example 3)"
    )


def test_what_is_left_of_a_group_by_hand() -> None:
    assert GroupSizes.of(np.arange(9)) == GroupSizes(largest=1, divisor=1)
    assert GroupSizes(1, 1).left_out(5) == 0
    # Groups of four: 10 examples are two groups and half a third, and 2 are always left.
    fours = GroupSizes.of(np.repeat(np.arange(5), 4))
    assert (fours, fours.left_out(10), fours.left_out(12)) == (GroupSizes(4, 4), 2, 0)
    # Of sizes 2 and 6: 7 examples may end one into a six, or one into a two.
    assert GroupSizes(6, 2).left_out(7) == 5
    assert GroupSizes(5, 1).left_out(7) == 4


def test_the_boundary_group_is_cut_and_its_rest_left_out() -> None:
    groups = np.repeat([0, 1, 2, 3, 4], 4)
    train, test = grouped(np.arange(20), (10, 8), groups, np.random.default_rng(0))
    assert sorted(counted(groups[train]).values()) == [2, 4, 4]
    assert sorted(counted(groups[test]).values()) == [4, 4]
    assert list(train) != sorted(train)


def test_groups_are_drawn_whatever_their_size() -> None:
    # One group of 50 and 50 of one: drawn by example, the large one would nearly always train.
    groups = np.concatenate([np.zeros(50), np.arange(1, 51)]).astype(np.int64)
    dataset = of_groups(groups)
    settings = SplitSettings(train=51, validation=1, by="group")
    with pytest.raises(RegscopeError) as refused:
        dataset.split(settings, 0)
    assert str(refused.value) == (
        "split.by = group: the largest group has 50 examples, so that in some order of groups none"
        " would be left to test; choose a smaller split.train, or smaller groups"
    )
    first = [
        0 in groups[grouped(np.arange(100), (10,), groups, np.random.default_rng(seed))[0]]
        for seed in range(300)
    ]
    # Of 51 groups about ten, one after another: the large one is among them in about a fifth.
    assert 0.1 < np.mean(first) < 0.3


def test_an_official_training_set_is_split_by_group() -> None:
    groups = np.concatenate([np.repeat(np.arange(10), 3), np.repeat([20, 21], 5)])
    dataset = of_groups(groups, official_train=30)
    found = dataset.split(SplitSettings(train=15, validation=3, by="group"), 0)
    assert found.holdout.tolist() == list(range(30, 40))
    assert sorted(counted(groups[found.train]).values()) == [3] * 5
    inside = dataset.split(SplitSettings(validation=4, by="group"), 0, "validation")
    # 4 of 30 are a group and a third: the other two of that group are in no part.
    assert (len(inside.holdout), len(inside.train)) == (4, 24)


def test_too_few_groups_to_validate_are_one_line() -> None:
    dataset = of_groups(np.repeat(np.arange(4), 10))
    settings = SplitSettings(train=20, validation=11, by="group")
    assert len(dataset.split(settings, 0).holdout) == 20
    with pytest.raises(RegscopeError, match=r"none would be left to train; choose a smaller split"):
        dataset.split(settings, 0, "validation")


WRONG_GROUPS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "a list": ([0, 1, 2, 3], {}, "groups: must be a numpy array, not a list"),
    "names": (np.array(["a", "b", "a", "b"]), {}, "groups: <U1 of shape [4]; must be int64 [4]"),
    "too few": (np.array([0, 1, 2]), {}, "groups: int64 of shape [3]; must be int64 [4], one for"),
    "one": (np.array([7, 7, 7, 7]), {}, "groups: all examples are of group 7; must be two"),
    "pools": (np.array([0, 1, 2, 3]), {"pools": 2}, "groups: seeds that split pools of their own"),
    "in both": (
        np.array([0, 1, 1, 2]), {"official_train": 2},
        "groups: 1: in the training set and in the test set; must be in one",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG_GROUPS)
def test_groups_that_are_none_are_one_line(mistake: str) -> None:
    groups, more, line = WRONG_GROUPS[mistake]
    with pytest.raises(RegscopeError) as refused:
        of_classes([0, 1, 0, 1], groups=groups, **more)
    assert str(refused.value).startswith(line)


def test_data_without_groups_are_not_split_by_group() -> None:
    with pytest.raises(RegscopeError, match=r"^split.by = group: the data have no groups$"):
        of_classes([0, 1, 0, 1]).split(SplitSettings(train=2, validation=1, by="group"), 0)


def test_groups_survive_the_disk(tmp_path: Path) -> None:
    saved = of_groups([3, 3, 9, 9, 9, 4])
    saved.save(tmp_path)
    found = Dataset.load(tmp_path)
    assert found.groups is not None
    assert found.groups.tolist() == [3, 3, 9, 9, 9, 4]
    assert found.groups.dtype == np.int64
    replace(saved, groups=None).save(tmp_path)
    assert Dataset.load(tmp_path).groups is None


def test_what_is_later_is_held_out() -> None:
    settings = SplitSettings(train=14, validation=3, by="time")
    dataset = of_classes(np.arange(20) % 2)
    for seed in (0, 1):
        whole = dataset.split(settings, seed)
        assert (whole.train.tolist(), whole.holdout.tolist()) == (
            list(range(14)), list(range(14, 20)),
        )  # fmt: skip
        watched = dataset.split(settings, seed, watched=True)
        assert (watched.train.tolist(), watched.watched.tolist()) == (
            list(range(11)), [11, 12, 13],
        )  # fmt: skip
        inside = dataset.split(settings, seed, "validation", watched=True)
        assert inside.holdout.tolist() == [11, 12, 13]
        assert inside.watched.tolist() == [8, 9, 10]
        assert inside.train.tolist() == list(range(8))


def test_of_an_official_training_set_its_end_trains() -> None:
    dataset = of_classes(np.arange(20) % 2, official_train=15)
    found = dataset.split(SplitSettings(train=10, validation=3, by="time"), 4, "validation")
    assert (found.train.tolist(), found.holdout.tolist()) == (list(range(5, 12)), [12, 13, 14])


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Dataset, SplitSettings]:
    by = draw(st.sampled_from(["random", "stratified", "group", "time"]))
    examples = draw(st.integers(12, 60))
    labels = np.array(draw(st.lists(st.integers(0, 3), min_size=examples, max_size=examples)))
    labels[:8] = [0, 0, 1, 1, 2, 2, 3, 3]
    names = draw(st.lists(st.integers(0, 12), min_size=examples, max_size=examples))
    names[:2] = [-1, -2]
    numbers = draw(st.booleans())
    dataset = of_classes(labels, groups=np.array(names, dtype=np.int64))
    if numbers:
        dataset = replace(
            dataset, targets=np.array(names, np.float64), classes=(), quantity=Quantity("size")
        )
    train = draw(st.integers(3, examples - 1))
    validation = draw(st.integers(1, max(1, train // 3)))
    return dataset, SplitSettings(train=train, validation=validation, by=by)


def split_if_any(
    dataset: Dataset, settings: SplitSettings, seed: int, holdout: Holdout, watched: bool
) -> Split | None:
    """None where it is refused, as it then is of another seed: sizes are the same of all."""
    try:
        return dataset.split(settings, seed, holdout, watched)
    except RegscopeError:
        with pytest.raises(RegscopeError):
            dataset.split(settings, seed + 1, holdout, watched)
        return None


@given(drawn(), st.integers(0, 5), st.sampled_from(["test", "validation"]), st.booleans())
def test_parts_are_apart_and_of_one_size_in_all_seeds(
    case: tuple[Dataset, SplitSettings], seed: int, holdout: Holdout, watched: bool
) -> None:
    dataset, settings = case
    split = split_if_any(dataset, settings, seed, holdout, watched)
    if split is None:
        return
    train, held, seen = parts_of(split)
    assert [len(train), len(held), len(seen)] == [len(part) for part in vars(split).values()]
    assert len(train | held | seen) == len(train) + len(held) + len(seen)
    other = dataset.split(settings, seed + 1, holdout, watched)
    assert [len(part) for part in parts_of(other)] == [len(train), len(held), len(seen)]
    again = dataset.split(settings, seed, holdout, watched)
    assert all(np.array_equal(getattr(split, part), getattr(again, part)) for part in vars(split))
    whole = dataset.split(settings, seed)
    used = set(whole.train.tolist())
    if holdout == "validation":
        assert train | held | seen <= used
        assert len(held) == settings.validation
    else:
        assert np.array_equal(split.holdout, whole.holdout)
        assert train | seen <= used
    assert len(used) == settings.train
    if settings.by != "group":
        assert train | held | seen == (
            used if holdout == "validation" else set(range(len(dataset.inputs)))
        )


@given(drawn(), st.integers(0, 5), st.sampled_from(["test", "validation"]), st.booleans())
def test_groups_stay_whole_and_strata_have_their_shares(
    case: tuple[Dataset, SplitSettings], seed: int, holdout: Holdout, watched: bool
) -> None:
    dataset, settings = case
    split = split_if_any(dataset, settings, seed, holdout, watched)
    if split is None:
        return
    if settings.by == "group":
        assert dataset.groups is not None
        names = [set(dataset.groups[part].tolist()) for part in vars(split).values()]
        assert sum(map(len, names)) == len(set.union(*names))
    if settings.by == "stratified":
        strata = dataset.targets if dataset.quantity is None else strata_of_numbers(dataset.targets)
        every = np.arange(len(strata))
        train = dataset.split(settings, seed).train
        pairs = [(train, every), (np.setdiff1d(every, train), every)]
        if holdout == "validation":
            pairs.append((split.holdout, train))
            if watched:
                pairs.append((split.watched, np.setdiff1d(train, split.holdout)))
        elif watched:
            pairs.append((split.watched, train))
        for part, of in pairs:
            shares = np.bincount(strata[of]) * len(part) / len(of)
            found = np.bincount(strata[part], minlength=len(shares))
            assert (np.abs(found - shares) < 1).all()
