"""What is set aside neither trains nor validates; every split draws from the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regscope.advice.reserve import reserved
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.study.params import Study
from tests import tiny


def marked(dataset: Dataset) -> Dataset:
    """Inputs that say which example each is."""
    return replace(
        dataset,
        kind="points",
        scale=1.0,
        inputs=np.arange(len(dataset.inputs), dtype=np.float32).reshape(-1, 1),
    )


def seen(apart: Dataset, study: Study, seeds: range) -> set[int]:
    """Which examples train or are validated on."""
    found: set[int] = set()
    for seed in seeds:
        split = apart.split(study.split, seed, "validation")
        for part in (split.train, split.holdout):
            found |= set(apart.inputs[part, 0].astype(int).tolist())
    return found


@pytest.mark.parametrize("by", ["random", "stratified"])
def test_examples_set_aside_are_never_seen_and_are_the_test_of_every_seed(
    digits: Dataset, by: str
) -> None:
    study = tiny.study(split={"by": by})
    apart = reserved(marked(digits), study)
    assert apart.official_train == 150
    tests = [apart.split(study.split, seed).holdout for seed in range(3)]
    assert all((test == tests[0]).all() for test in tests)
    assert len(tests[0]) == 150
    aside = set(apart.inputs[tests[0], 0].astype(int).tolist())
    drawn = seen(apart, study, range(12))
    assert not aside & drawn
    assert len(drawn) > 120
    own = apart.inputs[:, 0].astype(int)
    assert (apart.targets == digits.targets[own]).all()
    assert sorted(own.tolist()) == list(range(300))


def test_where_most_train_only_the_others_are_set_aside(digits: Dataset) -> None:
    study = tiny.study(split={"train": 240})
    apart = reserved(marked(digits), study)
    assert apart.official_train == 240
    assert len(apart.split(study.split, 5).train) == 240


def test_what_has_a_test_part_or_pools_of_its_own_stays_as_it_is(
    digits: Dataset, moons: Dataset
) -> None:
    official = replace(digits, official_train=200)
    assert reserved(official, tiny.study()) is official
    pooled = reserved(moons, tiny.study(data=tiny.MOONS))
    assert (pooled is moons) == (moons.pools is not None)


def test_the_latest_are_set_aside_where_rows_are_in_order_of_time(digits: Dataset) -> None:
    split = tiny.study().split.model_copy(update={"by": "time", "train": 200})
    study = tiny.study().model_copy(update={"split": split})
    apart = reserved(marked(digits), study)
    assert apart.inputs[:, 0].tolist() == list(range(300))
    assert apart.official_train == 200


def test_groups_stay_together(digits: Dataset) -> None:
    groups = np.repeat(np.arange(60), 5)
    grouped = replace(marked(digits), groups=groups)
    split = tiny.study().split.model_copy(update={"by": "group"})
    study = tiny.study().model_copy(update={"split": split})
    apart = reserved(grouped, study)
    assert apart.groups is not None
    assert apart.official_train is not None
    inside = set(apart.groups[: apart.official_train].tolist())
    assert not inside & set(apart.groups[apart.official_train :].tolist())


def test_too_few_examples_are_one_line(digits: Dataset) -> None:
    few = replace(digits, inputs=digits.inputs[:13], targets=digits.targets[:13])
    split = tiny.study().split.model_copy(update={"train": 11, "validation": 10})
    with pytest.raises(RegscopeError, match="13 examples, of which 11 train: too few") as caught:
        reserved(few, tiny.study().model_copy(update={"split": split}))
    assert "\n" not in str(caught.value)


def test_a_class_too_rare_for_every_part_is_one_true_line(digits: Dataset) -> None:
    targets = np.zeros(300, dtype=np.int64)
    targets[7] = 1
    rare = replace(digits, targets=targets)
    with pytest.raises(RegscopeError) as caught:
        reserved(rare, tiny.study(split={"by": "stratified"}))
    assert "\n" not in str(caught.value)
