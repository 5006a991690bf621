from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset, SplitSettings


def dataset(official_train: int | None) -> Dataset:
    return Dataset(
        kind="points",
        inputs=np.arange(200, dtype=np.float32).reshape(100, 2),
        targets=np.arange(100) % 3,
        classes=("a", "b", "c"),
        scale=0.5,
        official_train=official_train,
    )


OWN = SplitSettings(train=60, validation=10)
OFFICIAL = SplitSettings(validation=10)
CASES = [(None, OWN), (70, OFFICIAL), (70, OWN)]


@pytest.mark.parametrize(("official", "settings"), CASES)
@pytest.mark.parametrize("seed", [0, 1])
def test_validation_is_taken_from_the_training_examples(
    official: int | None, settings: SplitSettings, seed: int
) -> None:
    whole = dataset(official).split(settings, seed)
    chosen = dataset(official).split(settings, seed, "validation")
    assert len(chosen.holdout) == 10
    assert set(chosen.train).isdisjoint(chosen.holdout)
    assert set(chosen.train) | set(chosen.holdout) == set(whole.train)
    assert set(whole.train).isdisjoint(whole.holdout)


@pytest.mark.parametrize("seed", [0, 1])
def test_without_an_official_split_every_example_trains_or_tests(seed: int) -> None:
    split = dataset(None).split(OWN, seed)
    assert (len(split.train), len(split.holdout)) == (60, 40)
    assert sorted([*split.train, *split.holdout]) == list(range(100))


def test_an_official_split_is_the_same_for_every_seed() -> None:
    for seed in range(3):
        split = dataset(70).split(OFFICIAL, seed)
        assert list(split.train) == list(range(70))
        assert list(split.holdout) == list(range(70, 100))


def test_fewer_examples_of_an_official_training_set_leave_its_test_set_whole() -> None:
    first, second = (dataset(70).split(OWN, seed) for seed in (0, 1))
    assert len(first.train) == len(set(first.train)) == 60
    assert max(first.train) < 70
    assert list(first.holdout) == list(range(70, 100))
    assert set(first.train) != set(second.train)


def test_splits_vary_by_seed_and_are_the_same_every_time() -> None:
    first, again, other = (dataset(None).split(OWN, seed) for seed in (4, 4, 5))
    assert np.array_equal(first.train, again.train)
    assert np.array_equal(first.holdout, again.holdout)
    assert set(first.train) != set(other.train)


@pytest.mark.parametrize("official", [None, 70])
def test_validation_splits_vary_by_seed(official: int | None) -> None:
    settings = OFFICIAL if official else OWN
    first, other = (dataset(official).split(settings, seed, "validation") for seed in (4, 5))
    assert set(first.holdout) != set(other.holdout)


def pooled(examples: int, pools: int | None) -> Dataset:
    inputs = np.arange(2 * examples, dtype=np.float32).reshape(examples, 2)
    return Dataset("points", inputs, np.arange(examples) % 3, ("a", "b", "c"), pools=pools)


def test_a_seed_splits_its_own_pool_and_no_other() -> None:
    settings = SplitSettings(train=12, validation=4)
    for seed in range(5):
        own = set(range(20 * seed, 20 * (seed + 1)))
        split = pooled(100, 5).split(settings, seed)
        assert set(split.train) | set(split.holdout) == own
        assert (len(split.train), len(split.holdout)) == (12, 8)
        chosen = pooled(100, 5).split(settings, seed, "validation")
        assert set(chosen.train) | set(chosen.holdout) == set(split.train)


def test_a_seed_splits_its_pool_as_it_would_alone() -> None:
    settings = SplitSettings(train=12, validation=4)
    alone, among = pooled(20, None).split(settings, 3), pooled(100, 5).split(settings, 3)
    assert np.array_equal(among.train, 60 + alone.train)
    assert np.array_equal(among.holdout, 60 + alone.holdout)


def test_a_seed_without_a_pool_is_one_line() -> None:
    with pytest.raises(RegscopeError) as refused:
        pooled(100, 5).split(SplitSettings(train=12, validation=4), 5)
    assert str(refused.value) == (
        "seed 5: the data have examples for seeds 0 to 4 (data.pools); prepare more, or train"
        " fewer seeds"
    )


PINNED = [
    (None, OWN, 0, "test", [25, 1, 19, 4, 60], [87, 42, 99, 55, 50]),
    (None, OWN, 1, "test", [86, 57, 52, 34, 58], [10, 71, 54, 44, 13]),
    (None, OWN, 0, "validation", [44, 39, 54, 3, 64], [83, 82, 85, 77, 68]),
    (None, OWN, 1, "validation", [69, 30, 50, 60, 20], [34, 29, 56, 63, 84]),
    (70, OFFICIAL, 0, "test", [0, 1, 2, 3, 4], [70, 71, 72, 73, 74]),
    (70, OFFICIAL, 1, "test", [0, 1, 2, 3, 4], [70, 71, 72, 73, 74]),
    (70, OFFICIAL, 0, "validation", [50, 18, 64, 5, 4], [23, 41, 47, 52, 6]),
    (70, OFFICIAL, 1, "validation", [17, 24, 20, 40, 35], [41, 67, 18, 25, 43]),
    (70, OWN, 0, "test", [8, 38, 50, 4, 17], [70, 71, 72, 73, 74]),
    (70, OWN, 1, "test", [69, 20, 63, 29, 59], [70, 71, 72, 73, 74]),
    (70, OWN, 0, "validation", [29, 42, 5, 1, 35], [41, 52, 2, 24, 37]),
    (70, OWN, 1, "validation", [22, 36, 41, 64, 11], [29, 5, 32, 54, 26]),
]


@pytest.mark.parametrize(("official", "settings", "seed", "which", "train", "holdout"), PINNED)
def test_splits_are_pinned(
    official: int | None,
    settings: SplitSettings,
    seed: int,
    which: Literal["test", "validation"],
    train: list[int],
    holdout: list[int],
) -> None:
    split = dataset(official).split(settings, seed, which)
    assert (split.train[:5].tolist(), split.holdout[:5].tolist()) == (train, holdout), (
        "splits have changed: raise NUMERICS_VERSION in regscope/numerics.py (trained cells and"
        " evaluations depend on them), then pin the new indices here"
    )


def test_a_dataset_survives_the_disk(tmp_path: Path) -> None:
    saved = replace(dataset(70), pools=4)
    saved.save(tmp_path)
    found = Dataset.load(tmp_path)
    assert found.pools == 4
    assert np.array_equal(found.inputs, saved.inputs)
    assert np.array_equal(found.targets, saved.targets)
    assert (found.inputs.dtype, found.targets.dtype) == (saved.inputs.dtype, saved.targets.dtype)
    assert (found.kind, found.classes, found.scale, found.official_train) == (
        "points",
        ("a", "b", "c"),
        0.5,
        70,
    )


def test_strided_inputs_are_saved_in_their_order(tmp_path: Path) -> None:
    whole = dataset(None)
    strided = Dataset("points", whole.inputs[::-2, ::-1], whole.targets[::2], whole.classes)
    strided.save(tmp_path)
    found = Dataset.load(tmp_path)
    assert np.array_equal(found.inputs, strided.inputs)
    assert np.array_equal(found.targets, strided.targets)


def test_a_dataset_that_is_not_there_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(RegscopeError) as refused:
        Dataset.load(tmp_path)
    assert str(refused.value) == f"{tmp_path / 'dataset.json'}: not there yet; run `dvc repro`"
