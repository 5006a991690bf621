"""Pairs of methods: whether two together beat the better one, and whether they add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.measures import catalog
from regscope.measures.catalog import ACCURACY
from regscope.results.compared import ACCURACIES
from regscope.results.guessed import over_guess
from regscope.statistics import Interval, Pair, compare_family, mean_interval
from regscope.study.evaluation import MATTERS
from regscope.study.params import BASELINE, Study
from regscope.sweeps.measured import Measured, candidates, train_and_measure
from regscope.sweeps.tuned import VALIDATED

if TYPE_CHECKING:
    import pandas as pd

Parts = tuple[str, ...]
"""The names of the methods in one cell: none, one, or two."""

COLUMNS = (
    "first", "second", "seeds", "both", "first_alone", "second_alone", "better_part",
    "difference", "low", "high", "p_value", "p_holm", "matters", "p_equal", "p_equal_holm",
    "verdict", "interaction", "interaction_low", "interaction_high",
    "measure", "beats_guess",
)  # fmt: skip


@dataclass(frozen=True)
class PairCells:
    """A study whose cells are the baseline, the methods alone and every two; `{cell: parts}`."""

    study: Study
    parts: dict[str, Parts]


def pairs_of(study: Study, methods: Sequence[str], seeds: int) -> PairCells:
    """Every method alone and every pair, each with the settings of the study's own cell."""
    written = {
        name: study.cells[name].model_dump(mode="json", exclude_none=True) for name in methods
    }
    parts: dict[str, Parts] = {BASELINE: ()}
    parts |= {name: (name,) for name in methods}
    parts |= {"_and_".join(pair): pair for pair in combinations(methods, 2)}
    cells: dict[str, dict[str, Any]] = {
        cell: {key: value for name in names for key, value in written[name].items()}
        for cell, names in parts.items()
        if names
    }
    return PairCells(candidates(study, cells, seeds), parts)


def measure_pairs(
    name: str, pairs: PairCells, label: str
) -> tuple[Measured, list[dict[str, float | str]]]:
    """Train and measure all cells: one row a cell and seed, absent parts empty."""
    measured = train_and_measure(name, pairs.study, label)
    rows: list[dict[str, float | str]] = []
    for cell, names in pairs.parts.items():
        first, second = (*names, "", "")[:2]
        rows += [{"first": first, "second": second, **row} for row in measured.rows[cell]]
    return measured, rows


def interaction(
    both: np.ndarray, first: np.ndarray, second: np.ndarray, none: np.ndarray
) -> Interval:
    """What two methods give beyond the sum of what each gives, `both - first - second + none`.

    The interaction contrast of a 2 x 2 factorial (Montgomery 2017, "Design and Analysis of
    Experiments", chapter 5), on the scale of the measure, with its t interval over seeds `[S]`.
    Below 0 they do the same work twice; above 0 each helps the other.
    """
    return mean_interval(both - first - second + none)


def compare_pairs(
    measures: pd.DataFrame,
    matters: float = MATTERS,
    primary: str = ACCURACY,
    guess: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The table of all pairs, from the rows of `measure_pairs`.

    In test, the `primary` measure. The better part has the better mean of it on validation (of
    equal ones the first), so the test examples have no say in what a pair is held against. Holm's
    correction is over the pairs, and differences below `matters` do not matter. `beats_guess` is
    whether both together are better than the `guess` of every seed, if that is given.
    """
    import pandas as pd

    test, validation = (_by_parts(measures, measure) for measure in (primary, VALIDATED[primary]))
    sign = catalog.named(primary).sign
    margin = matters if primary in ACCURACIES else None
    rows: list[dict[str, Any]] = []
    held = []
    for first, second in (parts for parts in test if len(parts) == 2):
        better = max((first, second), key=lambda name: sign * round(validation[name,].mean(), 12))
        both = test[first, second]
        held.append(Pair(np.arange(len(both)), both, test[better,]))
        beyond = interaction(both, test[first,], test[second,], test[()])
        rows.append(
            {
                "first": first,
                "second": second,
                "both": float(both.mean()),
                "first_alone": float(test[first,].mean()),
                "second_alone": float(test[second,].mean()),
                "better_part": better,
                "interaction": beyond.mean,
                "interaction_low": beyond.low,
                "interaction_high": beyond.high,
                "measure": primary,
            }
        )
    for row, compared in zip(rows, compare_family(held, sign > 0, margin), strict=True):
        row |= compared
    if guess is not None:
        together = measures.assign(
            reg=measures["first"].fillna("") + " " + measures["second"].fillna("")
        )
        over = over_guess(together, guess, primary)
        for row in rows:
            found = over.get(f"{row['first']} {row['second']}")
            row["beats_guess"] = found.beats or None if found else None
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _by_parts(measures: pd.DataFrame, measure: str) -> Mapping[Parts, np.ndarray]:
    """`{parts: [S]}`, seeds in ascending order."""
    ordered = measures.fillna({"first": "", "second": ""}).sort_values("seed", kind="stable")
    return {
        tuple(str(name) for name in names if name): rows[measure].to_numpy(dtype=np.float64)
        for names, rows in ordered.groupby(["first", "second"], sort=False)
    }
