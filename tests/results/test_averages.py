"""Tables of one cell averaged over its seeds."""

from __future__ import annotations

import pandas as pd
import pytest
import scipy.stats

from regscope.results.averages import mean_accuracy


def table(accuracies: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"seed": range(len(accuracies)), "kind": "a", "accuracy": accuracies})


@pytest.mark.parametrize("accuracies", [[0.99, 1.0, 1.0], [0.0, 0.0, 0.03], [0.5, 0.6, 0.8]])
def test_intervals_end_where_accuracies_do(accuracies: list[float]) -> None:
    (row,) = mean_accuracy(table(accuracies), ["kind"]).to_dict("records")
    interval = scipy.stats.ttest_1samp(accuracies, 0).confidence_interval()
    assert row["low"] == pytest.approx(max(0, interval.low))
    assert row["high"] == pytest.approx(min(1, interval.high))
    assert row["accuracy"] == pytest.approx(sum(accuracies) / 3)
