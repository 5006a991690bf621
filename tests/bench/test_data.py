from __future__ import annotations

import numpy as np

from bench import data
from regscope.datasets import Dataset

FIVE = Dataset(
    kind="image",
    inputs=np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1),
    targets=np.arange(5),
    classes=tuple("abcde"),
    scale=1 / 4,
    official_train=2,
)


def test_shortened_keeps_the_first_test_examples() -> None:
    assert data.shortened(FIVE, test=1).inputs.ravel().tolist() == [0, 1, 2]
    assert data.shortened(FIVE, test=1).targets.tolist() == [0, 1, 2]


def test_repeated_repeats_the_training_examples_only() -> None:
    found = data.repeated(FIVE, times=3)
    assert found.inputs.ravel().tolist() == [0, 1, 0, 1, 0, 1, 2, 3, 4]
    assert found.targets.tolist() == [0, 1, 0, 1, 0, 1, 2, 3, 4]
    assert found.official_train == 6
