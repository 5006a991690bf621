from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from regscope.datasets import Dataset, SplitSettings
from regscope.errors import RegscopeError


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


def test_a_dataset_survives_the_disk(tmp_path: Path) -> None:
    saved = dataset(70)
    saved.save(tmp_path)
    found = Dataset.load(tmp_path)
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
    strided = Dataset("points", whole.inputs[::-1, ::-1], whole.targets[::2], ("a",))
    strided.save(tmp_path)
    found = Dataset.load(tmp_path)
    assert np.array_equal(found.inputs, strided.inputs)
    assert np.array_equal(found.targets, strided.targets)


def test_a_dataset_that_is_not_there_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(RegscopeError) as refused:
        Dataset.load(tmp_path)
    assert str(refused.value) == f"{tmp_path / 'dataset.json'}: not there yet; run `dvc repro`"
