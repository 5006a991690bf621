"""A small study whose targets are numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from regscope.datasets import Dataset
from regscope.datasets.diabetes import Diabetes
from regscope.study.params import Study
from tests import tiny


def study(cell: tiny.Values | None = None, **training: Any) -> Study:
    return tiny.study(
        cell, "adam", data={"source": "diabetes"}, split={"train": 300}, training=training
    )


def dataset(shift: float = 0.0) -> Dataset:
    """442 examples of ten numbers, as the source has them, the first of which counts."""
    drawn = np.random.default_rng(0).normal(size=(442, 11))
    return Dataset(
        kind="points",
        inputs=drawn[:, :10].astype(np.float32),
        targets=170 + 12 * drawn[:, 0] + 5 * drawn[:, 10] + shift,
        classes=(),
        quantity=Diabetes().quantity,
    )
