"""Two interleaving half circles with noise, scikit-learn's `make_moons`."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from regscope.datasets.base import Dataset, Source


class Moons(Source):
    """A pool of `samples` points with Gaussian noise; each seed draws its own split of it."""

    source: Literal["moons"] = "moons"
    samples: Annotated[int, Field(ge=10, le=10_000_000)]
    noise: Annotated[float, Field(ge=0, le=1e6)]
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0

    @property
    def kind(self) -> Literal["points"]:
        return "points"

    @property
    def size(self) -> int:
        return self.samples

    def download(self, folder: Path) -> None:
        from sklearn.datasets import make_moons

        points, targets = make_moons(self.samples, noise=self.noise, random_state=self.seed)
        np.savetxt(folder / "moons.csv", np.column_stack([points, targets]), delimiter=",")

    def prepare(self, raw: Path) -> Dataset:
        table = np.loadtxt(raw / "moons.csv", delimiter=",")
        return Dataset(
            kind="points",
            inputs=np.ascontiguousarray(table[:, :-1], dtype=np.float32),
            targets=table[:, -1].astype(np.int64),
            classes=("upper", "lower"),
        )
