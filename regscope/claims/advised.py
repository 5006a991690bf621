"""What committed advice gives claims: the test scores of every arm, by seed or by table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.advice.protocol import COCKTAIL
from regscope.advice.ranking import scores_of, whole
from regscope.base import paths
from regscope.claims.measures import AHEAD
from regscope.measures import catalog
from regscope.regularizers import REGULARIZERS
from regscope.statistics import mean_interval
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    import pandas as pd

TREES = "trees"
"""Gradient-boosted trees, as claims call them: they stand beside the arms."""

ARMS = (BASELINE, *REGULARIZERS, COCKTAIL, TREES)
"""What a claim about advice may name."""


@dataclass(frozen=True)
class Advised:
    """The scores of every arm in `measure`: a row an arm and a seed, with `reg`, `seed`, `score`.

    Over tables a table's number stands for the seed, and more of the score is better. `unfit`: why
    other arms have none.
    """

    measure: str
    scores: pd.DataFrame
    unfit: Mapping[str, str] = field(default_factory=dict)

    @property
    def seeds(self) -> set[int]:
        return {int(seed) for seed in self.scores["seed"]}

    def without(self, seed: int) -> Advised:
        return Advised(self.measure, self.scores[self.scores["seed"] != seed], self.unfit)

    def arms(self) -> dict[str, pd.Series[float]]:
        """`{arm: its scores, indexed by seed}`, seeds in ascending order."""
        return {
            str(arm): rows.set_index("seed")["score"].sort_index()
            for arm, rows in self.scores.groupby("reg", sort=False)
        }

    def compared(self) -> dict[str, pd.Series[float]]:
        """The arms of one family: those that the advice itself holds against none, and none."""
        return {arm: scores for arm, scores in self.arms().items() if arm != TREES}


def by_seed(data: Mapping[str, Any], tested: pd.DataFrame) -> Advised:
    """Of one study: its advice.json and seeds.csv.

    What stands in seeds.csv beside the arms, such as a cocktail without one of its parts, is left
    out.
    """
    import pandas as pd

    arms = [arm["arm"] for arm in data["arms"]]
    own = tested[tested["arm"].isin(arms)].rename(columns={"arm": "reg"})
    scores = own[["reg", "seed", "score"]]
    if data["trees"] is not None:
        used = scores[scores["reg"] == data["advised"]]
        trees = used.assign(reg=TREES, score=data["trees"]["test"])
        if _differ_by(trees["score"] - used["score"], data["trees"]):
            scores = pd.concat([scores, trees], ignore_index=True)
    return Advised(data["measure"], scores, data["unfit"])


def _differ_by(differences: pd.Series[float], told: Mapping[str, Any]) -> bool:
    """Whether trees with one score in all seeds differ from what is advised as it is told.

    Trees are grown without chance, so that all seeds with the same training examples have the same
    score, and their mean says it; the interval that advice tells shows whether they have.
    """
    found = mean_interval(differences.to_numpy(np.float64))
    return bool(np.allclose((found.low, found.high), (told["low"], told["high"]), rtol=1e-5))


def over_tables(found: Mapping[str, Mapping[str, Any]]) -> Advised | None:
    """Of the advice for each of these studies, those for tables whose target is a class: the means
    on test; None without such a table. Trees tell what is a table, and an arm that diverged is the
    worst there."""
    import pandas as pd

    tables = [
        data for data in whole(found).values() if data["trees"] is not None and _of_classes(data)
    ]
    rows = [
        (arm, number, score)
        for number, data in enumerate(tables)
        for arm, score in {**scores_of(data), TREES: data["trees"]["test"]}.items()
    ]
    return Advised(AHEAD, pd.DataFrame(rows, columns=["reg", "seed", "score"])) if rows else None


def _of_classes(data: Mapping[str, Any]) -> bool:
    return "classification" in catalog.named(data["measure"]).tasks


def read_advised(study: str, data: Mapping[str, Any]) -> Advised:
    """From the folder of the study's committed advice; `data` is its advice.json."""
    import pandas as pd

    return by_seed(data, pd.read_csv(paths.advice(study) / paths.SEEDS_FILE))
