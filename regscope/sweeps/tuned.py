"""Every method at its best: the strength chosen on validation, then judged on test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from regscope.measures.settings import MATTERS
from regscope.statistics import (
    LEFT_OUT,
    Comparison,
    compare,
    corrections,
    mean_interval,
    paired_differences,
    verdict,
)

if TYPE_CHECKING:
    import pandas as pd

SMALLEST, LARGEST = "smallest", "largest"
"""The ends of a grid, strength 0 aside."""

COLUMNS = (
    "family", "strength", "low_strength", "high_strength", "grid_end", "validation_accuracy",
    "validation_low", "validation_high", "test_accuracy", "difference", "low", "high", "p_value",
    "p_holm", "p_sign_flip", "probability_better", "probability_low", "probability_high",
    "detectable_difference", "seeds_needed", "matters", "p_equal", "p_equal_holm", "seeds_equal",
    "seeds", "verdict",
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """The chosen strength, 0 where the method is left out, and the range that validation cannot
    tell from it.

    `end` is SMALLEST or LARGEST where the grid ends with the choice, and a better one may lie
    beyond; else empty.
    """

    strength: float
    low: float
    high: float
    end: str = ""


def choose(accuracies: Mapping[float, np.ndarray]) -> Choice:
    """Choose among `{strength: validation accuracy of every seed}`; 0 is the baseline.

    The strength with the highest mean is chosen, of equal means the largest: as strong as can be
    had for nothing. So it is 0 only where every other strength is below it. The range holds the
    choice and its neighbours on the grid, without a gap, for as long as the t interval of their
    paired difference to it holds 0. Where it holds 0 and more, validation cannot tell the method
    from leaving it out.
    """
    grid = sorted(accuracies)
    # Means of the same counts may differ in their last bit.
    means = {strength: round(float(accuracies[strength].mean()), 12) for strength in grid}
    best = max(grid, key=lambda strength: (means[strength], strength))
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
    return Choice(best, low, high, end_of_grid(best, grid))


def end_of_grid(strength: float, grid: Iterable[float]) -> str:
    """SMALLEST or LARGEST of the strengths above 0, or neither; 0 is no end but leaving out."""
    tried = [other for other in grid if other > 0]
    if strength == max(tried):
        return LARGEST
    return SMALLEST if strength == min(tried) else ""


def tuned(paths: pd.DataFrame, matters: float = MATTERS) -> pd.DataFrame:
    """The table of every family at its chosen strength, from the rows of `paths.csv`.

    Test accuracy is compared with that of strength 0, seed by seed; Holm's correction is over
    the families whose choice is above 0, and differences below `matters` do not matter. A family
    whose choice is 0 has a difference of 0, no test and the verdict LEFT_OUT.
    """
    import pandas as pd

    families = {str(name): table for name, table in paths.groupby("family", sort=False)}
    validation = {
        name: by_strength(table, "validation_accuracy") for name, table in families.items()
    }
    choices = {name: choose(accuracies) for name, accuracies in validation.items()}
    tested = sum(choice.strength > 0 for choice in choices.values())
    rows: list[dict[str, object]] = []
    judged, comparisons = [], []
    for name, choice in choices.items():
        test = by_strength(families[name], "test_accuracy")
        interval = mean_interval(validation[name][choice.strength])
        chosen = test[choice.strength]
        row: dict[str, object] = {
            "family": name,
            "strength": choice.strength,
            "low_strength": choice.low,
            "high_strength": choice.high,
            "grid_end": choice.end,
            "validation_accuracy": interval.mean,
            "validation_low": interval.low,
            "validation_high": interval.high,
            "test_accuracy": float(chosen.mean()),
        }
        rows.append(row)
        if choice.strength == 0:
            row |= {"difference": 0.0, "seeds": len(chosen), "matters": matters}
            row["verdict"] = LEFT_OUT
            continue
        comparison = compare(chosen, test[0.0], comparisons=tested, matters=matters)
        row |= asdict(comparison)
        judged.append(row)
        comparisons.append(comparison)
    judge(judged, comparisons)
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
