"""What was taken for what: scores by class, and the pairs of classes that are confused most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regscope.statistics import mean_interval, paired_differences, paired_t_p

if TYPE_CHECKING:
    import pandas as pd

CLASSES_WITH_ALL_PAIRS = 15
MOST_CONFUSED = 50

COLUMNS = ("first", "second", "errors", "share", "excess", "low", "high", "p_value")


def class_scores(confusion: np.ndarray, classes: Sequence[str]) -> pd.DataFrame:
    """Precision, recall, F1 and support of every class, means over the seeds of `[S, C, C]`.

    F1 is `2 true positives / (said to be + are of the class)`; 0 where nothing was, or was said to
    be, of a class. Support is the number of its test examples.
    """
    import pandas as pd

    right = np.diagonal(confusion, axis1=1, axis2=2).astype(np.float64)
    said, support = confusion.sum(1), confusion.sum(2)
    scores = {
        "precision": right / said.clip(min=1),
        "recall": right / support.clip(min=1),
        "f1": 2 * right / (said + support).clip(min=1),
        "support": support,
    }
    means = {name: values.mean(0) for name, values in scores.items()}
    return pd.DataFrame({"class": list(classes), **means})


def confused_pairs(confusion: np.ndarray, classes: Sequence[str]) -> pd.DataFrame:
    """The pairs of classes by how often they were taken for one another, most often first.

    `errors` is the mean over the seeds of `confusion` `[S, C, C]` of the examples of either class
    that were taken for the other; `share` is their part of all errors, empty where there were
    none. `excess` is by how much a pair's errors exceed the mean over all pairs, with its t
    interval and the p of the paired t test over seeds. All pairs of up to CLASSES_WITH_ALL_PAIRS
    classes are listed, of more the MOST_CONFUSED first.
    """
    import pandas as pd

    first, second = np.triu_indices(len(classes), 1)
    errors = (confusion[:, first, second] + confusion[:, second, first]).astype(np.float64)
    means = errors.mean(0)
    order = np.argsort(-means, kind="stable")
    if len(classes) > CLASSES_WITH_ALL_PAIRS:
        order = order[:MOST_CONFUSED]
    rows = []
    for pair in order:
        excess = paired_differences(errors[:, pair], errors.mean(1))
        interval = mean_interval(excess)
        rows.append(
            {
                "first": classes[first[pair]],
                "second": classes[second[pair]],
                "errors": means[pair],
                "share": means[pair] / means.sum() if means.any() else np.nan,
                "excess": interval.mean,
                "low": interval.low,
                "high": interval.high,
                "p_value": paired_t_p(excess),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))
