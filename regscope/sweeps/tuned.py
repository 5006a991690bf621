"""Every method at its best: the strength chosen on validation, then judged on test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regscope.measures import catalog
from regscope.measures.catalog import ACCURACY
from regscope.results.compared import ACCURACIES
from regscope.results.guessed import NO, YES, above, over_guess
from regscope.statistics import (
    LEFT_OUT,
    STATISTICS,
    Pair,
    compare_family,
    mean_interval,
    paired_differences,
)
from regscope.study.evaluation import MATTERS

if TYPE_CHECKING:
    import pandas as pd

SMALLEST, LARGEST = "smallest", "largest"
"""The ends of a grid, strength 0 aside."""

COLUMNS = (
    "family", "strength", "low_strength", "high_strength", "grid_end", "validation_accuracy",
    "validation_low", "validation_high", ACCURACY, *STATISTICS, "seeds", "verdict", "firm",
    "measure", "constant_guess", "beats_guess",
)  # fmt: skip

VALIDATED = {measure.name: measure.on_validation for measure in catalog.PRIMARY}
"""What chooses a strength where the study is about the measure."""


@dataclass(frozen=True)
class Choice:
    """The chosen strength, 0 where the method is left out, and the range that validation cannot
    tell from it.

    `end` is SMALLEST or LARGEST where the grid ends with the choice, and a better one may lie
    beyond; else empty. `guess`: no strength is better on validation than the constant guess.
    """

    strength: float
    low: float
    high: float
    end: str = ""
    guess: bool = False


def choose(accuracies: Mapping[float, np.ndarray], guess: np.ndarray | None = None) -> Choice:
    """Choose among `{strength: validation accuracy of every seed}`; 0 is the baseline.

    The strength with the highest mean is chosen, of equal means the largest: as strong as can be
    had for nothing. So it is 0 only where every other strength is below it. With the `guess`'s
    accuracies by seed, strengths that these do not show to beat it (`above`) are chosen only where
    none does. The range holds the choice and its neighbours on the grid, without a gap, for as long
    as the t interval of their paired difference to it holds 0. Where it holds 0 and more,
    validation cannot tell the method from leaving it out.
    """
    grid = sorted(accuracies)
    # Means of the same counts may differ in their last bit.
    means = {strength: round(float(accuracies[strength].mean()), 12) for strength in grid}
    beyond = [strength for strength in grid if beats(accuracies[strength], guess)]
    best = max(beyond or grid, key=lambda strength: (means[strength], strength))
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
    return Choice(best, low, high, end_of_grid(best, grid), not beyond)


def end_of_grid(strength: float, grid: Iterable[float]) -> str:
    """SMALLEST or LARGEST of the strengths above 0, or neither; 0 is no end but leaving out."""
    tried = [other for other in grid if other > 0]
    if strength == max(tried):
        return LARGEST
    return SMALLEST if strength == min(tried) else ""


def beats(accuracies: np.ndarray, guess: np.ndarray | None) -> bool:
    """Whether accuracies are above the guess's, seed by seed; True of a guess that is not known."""
    if guess is None or not np.isfinite(guess).all():
        return True
    return above(paired_differences(accuracies, guess))


def tuned(
    paths: pd.DataFrame,
    matters: float = MATTERS,
    primary: str = ACCURACY,
    guess: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The table of every family at its chosen strength, from the rows of `paths.csv`.

    The `primary` measure chooses on validation, and in test is compared with that of strength 0,
    seed by seed; Holm's correction is over the families whose choice is above 0, and differences
    below `matters` do not matter. A family whose choice is 0 has a difference of 0, no test and the
    verdict LEFT_OUT. `guess` is the table of `sweep_guess`; what rests on it is empty without it.
    `firm` takes the chosen strengths as they are: no seed is left out of the choice.

    Raises KeyError, naming it, where the paths do not have the primary measure.
    """
    import pandas as pd

    sign = catalog.named(primary).sign
    margin = matters if primary in ACCURACIES else None
    held_out = VALIDATED[primary]
    known = None if guess is None else sign * guess.sort_values("seed")[held_out].to_numpy()
    families = {str(name): table for name, table in paths.groupby("family", sort=False)}
    choices = {
        name: choose(
            {strength: sign * own for strength, own in by_strength(table, held_out).items()}, known
        )
        for name, table in families.items()
    }
    rows: list[dict[str, object]] = []
    judged, compared, chosen = [], [], []
    for name, choice in choices.items():
        table = families[name]
        validation, test, measured = (
            by_strength(table, measure) for measure in (VALIDATED[ACCURACY], ACCURACY, primary)
        )
        interval = mean_interval(validation[choice.strength])
        row: dict[str, object] = {
            "family": name,
            "strength": choice.strength,
            "low_strength": choice.low,
            "high_strength": choice.high,
            "grid_end": choice.end,
            "validation_accuracy": interval.mean,
            "validation_low": interval.low,
            "validation_high": interval.high,
            ACCURACY: float(test[choice.strength].mean()),
            "measure": primary,
            "constant_guess": None if guess is None else YES if choice.guess else NO,
        }
        rows.append(row)
        chosen.append(table[table["strength"] == choice.strength].assign(reg=name))
        if choice.strength == 0:
            row |= {"difference": 0.0, "seeds": len(test[0.0]), "matters": margin}
            row["verdict"] = LEFT_OUT
            continue
        judged.append(row)
        pair = (measured[choice.strength], measured[0.0])
        compared.append(Pair(np.sort(table["seed"].unique()), *pair))
    for row, found in zip(judged, compare_family(compared, sign > 0, margin), strict=True):
        row |= found
    if guess is not None:
        over = over_guess(pd.concat(chosen), guess, primary)
        for row in rows:
            known_by = over.get(str(row["family"]))
            row["beats_guess"] = known_by.beats or None if known_by else None
    return pd.DataFrame(rows, columns=list(COLUMNS))


def by_strength(table: pd.DataFrame, measure: str) -> dict[float, np.ndarray]:
    """`{strength: [S]}` of one family, seeds in ascending order."""
    ordered = table.sort_values("seed")
    return {
        float(strength): rows[measure].to_numpy(dtype=np.float64)  # type: ignore[arg-type]
        for strength, rows in ordered.groupby("strength")
    }
