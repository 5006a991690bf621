"""Trees beside the networks: known answers on tables of a few rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regscope.advice.trees import SPACE, drawn, fits, trees_beside
from regscope.datasets import Dataset
from regscope.datasets.base import Column
from regscope.study.params import Study
from tests import tiny


@pytest.fixture
def study() -> Study:
    return tiny.study(split={"train": 200})


@pytest.fixture
def table() -> Dataset:
    """A category alone decides the class; another column has gaps and says nothing."""
    stream = np.random.default_rng(0)
    place = stream.integers(0, 4, 300).astype(np.float32)
    noise = stream.normal(size=300).astype(np.float32)
    noise[::7] = np.nan
    inputs = np.stack([place, noise], axis=1)
    return Dataset(
        "table",
        inputs,
        np.isin(place, (1, 3)).astype(np.int64),
        ("no", "yes"),
        columns=(Column("place", ("a", "b", "c", "d")), Column("noise", gaps=True)),
        official_train=200,
    )


def test_settings_are_scikit_learns_own_first_and_none_twice() -> None:
    found = drawn(40, 0)
    assert found[0]["max_iter"] == 100
    assert len({tuple(setting.items()) for setting in found}) == 40
    assert drawn(40, 0) == found
    assert drawn(40, 1)[1:] != found[1:]
    assert all(value in SPACE[name] for one in found[1:] for name, value in one.items())


def test_a_category_that_decides_is_found(study: Study, table: Dataset) -> None:
    trees = trees_beside(study, table, 2, (9, 10), 0)
    assert trees.test.tolist() == [1, 1]
    assert trees.tried == 2


def test_the_test_part_is_in_no_choice(study: Study, table: Dataset) -> None:
    poisoned = table.targets.copy()
    poisoned[200:] = 1 - poisoned[200:]
    other = trees_beside(study, replace(table, targets=poisoned), 2, (9,), 0)
    assert other.setting == trees_beside(study, table, 2, (9,), 0).setting
    assert other.test.tolist() == [0]


def test_only_tables_have_them(study: Study, table: Dataset, digits: Dataset) -> None:
    assert fits(study, table)
    assert not fits(study, digits)
    evaluation = study.evaluation.model_copy(update={"primary": "roc_auc"})
    assert not fits(study.model_copy(update={"evaluation": evaluation}), table)
