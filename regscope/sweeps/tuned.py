"""Every method at its best: the strength chosen on validation, then judged on test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from regscope.measures.settings import MATTERS
from regscope.statistics import (
    Comparison,
    Pair,
    compare,
    corrections,
    firm,
    mean_interval,
    paired_differences,
    verdict,
)

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "family", "strength", "low_strength", "high_strength", "validation_accuracy",
    "validation_low", "validation_high", "test_accuracy", "difference", "low", "high", "p_value",
    "p_holm", "p_sign_flip", "probability_better", "probability_low", "probability_high",
    "detectable_difference", "seeds_needed", "matters", "p_equal", "p_equal_holm", "seeds_equal",
    "seeds", "verdict", "firm",
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """The chosen strength and the range that validation cannot tell from it."""

    strength: float
    low: float
    high: float


def choose(accuracies: Mapping[float, np.ndarray]) -> Choice:
    """Choose among `{strength: validation accuracy of every seed}`; 0 is the baseline.

    The strength above 0 with the highest mean is chosen, of equal means the largest: as strong
    as can be had for nothing. The range holds it and its neighbours on the grid, without a gap,
    for as long as the t interval of their paired difference to it holds 0. It may reach down to
    0: then validation cannot tell the method from leaving it out.
    """
    grid = sorted(accuracies)
    # Means of the same counts may differ in their last bit.
    means = {strength: round(float(accuracies[strength].mean()), 12) for strength in grid}
    best = max((strength for strength in grid if strength > 0), key=lambda s: (means[s], s))
    position = grid.index(best)

    def inseparable(strength: float) -> bool:
        interval = mean_interval(paired_differences(accuracies[strength], accuracies[best]))
        return interval.low <= 0 <= interval.high

    low = high = best
    for strength in reversed(grid[:position]):
        if not inseparable(strength):
            break
        low = strength
    for strength in grid[position + 1 :]:
        if not inseparable(strength):
            break
        high = strength
    return Choice(best, low, high)


def tuned(paths: pd.DataFrame, matters: float = MATTERS) -> pd.DataFrame:
    """The table of every family at its chosen strength, from the rows of `paths.csv`.

    Test accuracy is compared with that of strength 0, seed by seed; Holm's correction is over
    the families, and differences below `matters` do not matter. `firm` takes the chosen strengths
    as they are: no seed is left out of the choice.
    """
    import pandas as pd

    rows, comparisons, compared = [], [], []
    families = paths["family"].nunique()
    for family, table in paths.groupby("family", sort=False):
        validation, test = (
            by_strength(table, f"{split}_accuracy") for split in ("validation", "test")
        )
        choice = choose(validation)
        interval = mean_interval(validation[choice.strength])
        comparison = compare(
            test[choice.strength], test[0.0], comparisons=families, matters=matters
        )
        comparisons.append(comparison)
        compared.append(Pair(np.sort(table["seed"].unique()), test[choice.strength], test[0.0]))
        rows.append(
            {
                "family": family,
                "strength": choice.strength,
                "low_strength": choice.low,
                "high_strength": choice.high,
                "validation_accuracy": interval.mean,
                "validation_low": interval.low,
                "validation_high": interval.high,
                "test_accuracy": float(test[choice.strength].mean()),
                **asdict(comparison),
            }
        )
    judge(rows, comparisons)
    for row, stays in zip(rows, firm(compared, matters=matters), strict=True):
        row["firm"] = stays
    return pd.DataFrame(rows, columns=list(COLUMNS))


def judge(rows: list[dict[str, object]], comparisons: list[Comparison]) -> None:
    """Add `p_holm` and `p_equal_holm`, corrected over all rows, and `verdict` to each row."""
    corrected = corrections(comparisons)
    for row, comparison, (p_holm, p_equal_holm) in zip(rows, comparisons, corrected, strict=True):
        row |= {
            "p_holm": p_holm,
            "p_equal_holm": p_equal_holm,
            "verdict": verdict(comparison, p_holm, p_equal_holm=p_equal_holm),
        }


def by_strength(table: pd.DataFrame, measure: str) -> dict[float, np.ndarray]:
    """`{strength: [S]}` of one family, seeds in ascending order."""
    ordered = table.sort_values("seed")
    return {
        float(strength): rows[measure].to_numpy(dtype=np.float64)  # type: ignore[arg-type]
        for strength, rows in ordered.groupby("strength")
    }
