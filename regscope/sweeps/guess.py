"""The constant guess beside a sweep, whose networks do not see the validation examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regscope.datasets import Dataset
from regscope.results.guessed import MEASURES, split_guess
from regscope.study.params import Study
from regscope.sweeps.tuned import VALIDATED

if TYPE_CHECKING:
    import pandas as pd


def sweep_guess(study: Study, dataset: Dataset, seeds: int) -> pd.DataFrame:
    """A row a seed: the guess's measures on test, named as those are, and on validation those that
    a study may be about.

    It knows the examples that train, without validation's.
    """
    import pandas as pd

    rows = []
    for seed in range(seeds):
        test = split_guess(study, dataset, seed, "test", trained="validation")
        validation = split_guess(study, dataset, seed, "validation")
        rows.append(
            {
                "seed": seed,
                **{measure: test[name] for name, measure in MEASURES.items() if name in test},
                **{
                    VALIDATED[measure]: validation[name]
                    for name, measure in MEASURES.items()
                    if name in validation and measure in VALIDATED
                },
            }
        )
    return pd.DataFrame(rows)
