"""One regularizer held against the baseline, for metrics/review.json."""

from __future__ import annotations

import math
from typing import Any

from regscope.measures.catalog import ACCURACY, listed
from regscope.results import StudyResults, worded
from regscope.study.params import BASELINE

FIRST = (
    ACCURACY, "test_loss", "balanced_accuracy", "roc_auc", "average_precision",
    "generalization_gap", "corruption_accuracy", "expected_calibration_error", "train_accuracy",
    "weight_std", "weight_kurtosis", "weight_l1_norm", "weight_l2_norm", "weight_hoyer",
)  # fmt: skip
"""The order of a review."""

LISTED = listed("review", *FIRST)

REVIEWED = tuple(measure.name for measure in LISTED if "comparisons" in measure.listed)
"""The measures of which a review gives the difference, as far as a study has them."""

MEANS = tuple(measure.name for measure in LISTED if "comparisons" not in measure.listed)
"""And those of which it gives the means."""


def review(study: str, reg: str, results: StudyResults) -> dict[str, Any]:
    """Means of both cells, the paired differences with their intervals, and the weights.

    Where neither direction is better by itself, as of the gap, the verdict is `higher` or `lower`
    and `probability_better` the probability of being higher (`results.COMPARED`). `guess` is the
    constant guess's mean, and the verdict says so where the cell is not better.
    """
    import pandas as pd

    means = results.seeds.groupby("reg", sort=False).mean()
    compared = results.comparisons[results.comparisons["reg"] == reg].set_index("measure")
    reviewed: dict[str, Any] = {
        "study": study,
        "reg": reg,
        "baseline": BASELINE,
        "primary": results.primary,
        "seeds": int(compared["seeds"].iloc[0]),
    }
    for measure in (name for name in REVIEWED if name in compared.index):
        row = compared.loc[measure]
        reviewed[measure] = {
            reg_or_baseline: _rounded(means.loc[key, measure])
            for reg_or_baseline, key in (("baseline", BASELINE), ("reg", reg))
        } | {
            "difference": _rounded(row["difference"]),
            "interval_low": _rounded(row["low"]),
            "interval_high": _rounded(row["high"]),
            "p_holm": _rounded(row["p_holm"]),
            "p_equal_holm": _rounded(row["p_equal_holm"]),
            "probability_better": _rounded(row["probability_better"]),
            "detectable_difference": _rounded(row["detectable_difference"]),
            "guess": _rounded(results.guessed(measure)),
            "verdict": worded(row.to_dict()),
            "firm": None if pd.isna(row["firm"]) else bool(row["firm"]),
        }
    for measure in (name for name in MEANS if name in means.columns):
        reviewed[measure] = {
            "baseline": _rounded(means.loc[BASELINE, measure]),
            "reg": _rounded(means.loc[reg, measure]),
        }
    return reviewed


def _rounded(value: Any) -> float | None:
    """Six significant digits: enough to read, few enough to compare by eye.

    None where it is missing or infinite.
    """
    if value is None or not math.isfinite(value):
        return None
    return float(f"{float(value):.6g}")
