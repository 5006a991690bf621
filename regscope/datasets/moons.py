"""Two interleaving half circles with noise, scikit-learn's `make_moons`."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from regscope.base.randomness import derive
from regscope.datasets.base import Dataset, Source

POOLS = 20
"""A few seeds more than a study trains: fresh ones cost nothing then."""


class Moons(Source):
    """`samples` points with Gaussian noise for every training seed, which splits these alone.

    `pools` is how many training seeds there are points for. Those of one seed are the same
    whatever `pools` is.
    """

    source: Literal["moons"] = "moons"
    samples: Annotated[int, Field(ge=10, le=10_000_000)]
    noise: Annotated[float, Field(ge=0, le=1e6)]
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    pools: Annotated[int, Field(ge=1, le=10_000)] = POOLS

    @property
    def kind(self) -> Literal["points"]:
        return "points"

    @property
    def size(self) -> int:
        return self.samples

    @property
    def own_pools(self) -> int:
        return self.pools

    def download(self, folder: Path) -> None:
        from sklearn.datasets import make_moons

        drawn = [
            np.column_stack(make_moons(self.samples, noise=self.noise, random_state=state))
            for state in (derive(self.seed, f"pool of seed {seed}") for seed in range(self.pools))
        ]
        np.savetxt(folder / "moons.csv", np.concatenate(drawn), delimiter=",")

    def prepare(self, raw: Path) -> Dataset:
        table = np.loadtxt(raw / "moons.csv", delimiter=",")
        return Dataset(
            kind="points",
            inputs=np.ascontiguousarray(table[:, :-1], dtype=np.float32),
            targets=table[:, -1].astype(np.int64),
            classes=("upper", "lower"),
            pools=self.pools,
        )
