"""Tables of one cell averaged over its seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regscope.statistics import mean_interval

if TYPE_CHECKING:
    import pandas as pd


def mean_accuracy(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """A row for every value of `by`, in order: the mean accuracy with its t interval.

    `accuracy`, `low`, `high`, these cut to [0, 1], beyond which no accuracy lies, and nan of one
    seed; after them the means of the other columns but `seed`.
    """
    import numpy as np
    import pandas as pd

    others = [name for name in table.columns if name not in ("seed", "accuracy", *by)]
    rows = []
    for key, seeds in table.groupby(list(by), sort=False):
        interval = mean_interval(seeds["accuracy"].to_numpy())
        row = dict(zip(by, key, strict=True))
        low, high = np.clip([interval.low, interval.high], 0, 1).tolist()
        row |= {"accuracy": interval.mean, "low": low, "high": high}
        rows.append(row | {name: seeds[name].mean() for name in others})
    return pd.DataFrame(rows, columns=[*by, "accuracy", "low", "high", *others])


def pooled_bins(table: pd.DataFrame) -> pd.DataFrame:
    """The bins of confidence over all seeds: their examples together, ascending.

    `count` is of all seeds; confidence and accuracy are the means over those examples.
    """
    import pandas as pd

    weighted = table[["confidence", "accuracy"]].mul(table["count"], axis=0)
    sums = pd.concat([table[["bin", "count"]], weighted], axis=1).groupby("bin").sum()
    sums[["confidence", "accuracy"]] = sums[["confidence", "accuracy"]].div(sums["count"], axis=0)
    return sums.reset_index()
