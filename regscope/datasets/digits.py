"""Handwritten digits, 8x8, that come with scikit-learn: no network needed.

1,797 of the 5,620 pictures of the UCI set "Optical Recognition of Handwritten Digits"
(Alpaydin and Kaynak 1998, CC BY 4.0).
"""

from pathlib import Path
from typing import Literal

import numpy as np

from regscope.datasets.base import Dataset, Source


class Digits(Source):
    """Pixels count the ink of 4x4 cells, 0 to 16, and are scaled by 1/16."""

    source: Literal["digits"] = "digits"

    @property
    def kind(self) -> Literal["image"]:
        return "image"

    @property
    def size(self) -> int:
        return 1797

    def download(self, folder: Path) -> None:
        from sklearn.datasets import load_digits

        pixels, targets = load_digits(return_X_y=True)
        np.savetxt(
            folder / "digits.csv", np.column_stack([pixels, targets]), fmt="%d", delimiter=","
        )

    def prepare(self, raw: Path) -> Dataset:
        table = np.loadtxt(raw / "digits.csv", delimiter=",", dtype=np.uint8)
        return Dataset(
            kind="image",
            inputs=table[:, :-1].reshape(-1, 1, 8, 8),
            targets=table[:, -1].astype(np.int64),
            classes=tuple("0123456789"),
            scale=1 / 16,
        )
