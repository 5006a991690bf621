"""Examples on which a cell and the baseline disagree, counted from what `evaluate` stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from regscope import results
from regscope.base import paths
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.results.discordant import discordant
from regscope.results.study import DISCORDANT
from regscope.statistics import shared_error
from regscope.study.params import Study
from tests import tiny
from tests.report import synthetic

pytestmark = pytest.mark.usefixtures("workspace")


def stored(dataset: Dataset, predictions: dict[str, Any]) -> None:
    paths.prepared("small").mkdir(parents=True)
    dataset.save(paths.prepared("small"))
    for reg, predicted in predictions.items():
        folder = paths.evaluation("small", reg)
        folder.mkdir(parents=True)
        arrays = {"predictions": np.array(predicted, np.int16)}
        write_tensors(folder / "arrays.safetensors", arrays)


def with_test_set(official_train: int | None) -> Study:
    """A study whose source is said to have a training set of that size."""
    study = tiny.study({"l1": 0.1})

    class Official(type(study.data)):  # type: ignore[misc]
        @property
        def official_train(self) -> int | None:
            return official_train

    return study.model_copy(update={"data": Official()})


def test_by_hand() -> None:
    """Four test examples of classes 0, 1, 0, 1 after two that train, two seeds."""
    inputs, targets = np.zeros((6, 1, 1, 1), np.uint8), np.array([1, 1, 0, 1, 0, 1])
    stored(
        Dataset("image", inputs, targets, ("a", "b"), official_train=2),
        {"none": [[0, 0, 0, 0], [0, 1, 1, 0]], "tested": [[0, 1, 0, 0], [0, 1, 0, 1]]},
    )
    (row,) = discordant("small", with_test_set(2)).to_dict("records")
    differences = np.array([[0, 1, 0, 0], [0, 0, 1, 1]])
    assert row == {
        "reg": "tested",
        "examples": 4,
        "gained": 3 / 8,
        "lost": 0.0,
        "test_set_error": pytest.approx(shared_error(differences)),
    }


def test_of_sentences_whole_ones_count() -> None:
    """Test sentences of 2 and 3 words after one that trains; what pads them has no target."""
    targets = np.array([[0, 0, 0], [1, 1, -1], [0, 1, 0]])
    stored(
        Dataset(
            "tokens",
            (targets >= 0).astype(np.int32),
            targets,
            ("a", "b"),
            official_train=1,
            words=9,
        ),
        {"none": [[1, 0, 0, 1, 1]], "tested": [[1, 1, 1, 1, 0]]},
    )
    (row,) = discordant("small", with_test_set(1)).to_dict("records")
    expected = shared_error(np.array([[1, 0]]), np.array([2, 3]))
    assert (row["examples"], row["gained"], row["lost"]) == (2, 2 / 5, 1 / 5)
    assert row["test_set_error"] == pytest.approx(expected)


def test_seeds_with_test_examples_of_their_own_share_none() -> None:
    found = discordant("small", with_test_set(None))
    assert found.empty
    assert tuple(found.columns) == DISCORDANT


def test_a_study_may_be_without_the_table() -> None:
    results.write(synthetic.found(), paths.summary("small"))
    assert not (paths.summary("small") / "discordant.csv").exists()
    assert results.load("small").discordant.empty
