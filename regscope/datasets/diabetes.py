"""Diabetes patients that come with scikit-learn: no network needed.

442 patients, ten measurements of each at the start and how far the disease had gone a year later
(Efron, Hastie, Johnstone and Tibshirani 2004, "Least angle regression").
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import numpy as np

from regscope.datasets.base import Dataset, Quantity, Source


class Diabetes(Source):
    """Age, sex, body mass index, blood pressure and six blood serum measurements.

    Each is standardized over all 442 patients, as in the published copy, which divides it once more
    by the square root of 442: of inputs alone, not of what is predicted, held-out patients are
    known. Targets are as they are, from 25 to 346.
    """

    source: Literal["diabetes"] = "diabetes"

    @property
    def kind(self) -> Literal["points"]:
        return "points"

    @property
    def size(self) -> int:
        return 442

    @property
    def quantity(self) -> Quantity:
        return Quantity("disease progression")

    def download(self, folder: Path) -> None:
        from sklearn.datasets import load_diabetes

        inputs, targets = load_diabetes(return_X_y=True, scaled=False)
        np.savetxt(folder / "diabetes.csv", np.column_stack([inputs, targets]), delimiter=",")

    def prepare(self, raw: Path) -> Dataset:
        table = np.loadtxt(raw / "diabetes.csv", delimiter=",")
        return Dataset(
            kind="points",
            inputs=np.column_stack([_standardized(column) for column in table[:, :-1].T]),
            targets=np.ascontiguousarray(table[:, -1]),
            classes=(),
            quantity=self.quantity,
        )


def _standardized(column: np.ndarray) -> np.ndarray:
    """With mean 0 and standard deviation 1, by sums that are the same on every processor."""
    centred = column - math.fsum(column.tolist()) / len(column)
    deviation = math.sqrt(math.fsum(np.square(centred).tolist()) / len(column))
    return (centred / deviation).astype(np.float32)
