"""Every cell of a study against its baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.measures import catalog
from regscope.measures.catalog import ACCURACY
from regscope.results.guessed import OverGuess, over_guess
from regscope.statistics import STATISTICS, Pair, compare_family
from regscope.study.evaluation import MATTERS
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    import pandas as pd

COMPARED = {measure.name: measure.higher_is_better for measure in catalog.listed("comparisons")}
"""The measures that cells are compared in, and whether more of it is better; None where neither
more nor less is better by itself."""

ACCURACIES = tuple(measure.name for measure in catalog.SEEDS if measure.matters)
"""The measures that a difference has a smallest size worth having in, `evaluation.matters`."""

COLUMNS = (
    "reg", "measure", "seeds", *STATISTICS, "verdict", "firm",
    "guess_difference", "guess_low", "guess_high", "guess_p_holm", "beats_guess",
)  # fmt: skip


def compare_cells(
    seeds: pd.DataFrame,
    matters: float = MATTERS,
    guess: pd.DataFrame | None = None,
    primary: str = ACCURACY,
) -> pd.DataFrame:
    """Every cell against the baseline in every measure of COMPARED, over the seeds of both.

    Holm's correction is over the study's cells, for each measure by itself, and for the tests of a
    difference and those of none that `matters` each in a family of their own. Where no seed has the
    measure in both cells, the row says `0` seeds and is not counted there; a measure that the table
    does not have has no rows. Where COMPARED says None
    `verdict` is `higher` or `lower`, and `probability_better` the probability of being higher.
    `matters` goes for ACCURACIES; its columns are empty elsewhere. `firm` says whether the verdict
    outlasts a seed left out and other rounding (`statistics.firmness`), and is empty where there is
    none.

    With the table of the `guess`, `guess_*` are what `over_guess` says of the cell, and
    `beats_guess` whether it does better than that: in the measure itself or, of a measure that
    guesses do not have, in the `primary` one. Empty where nobody knows.
    """
    import pandas as pd

    by_reg = {str(reg): rows.set_index("seed") for reg, rows in seeds.groupby("reg", sort=False)}
    baseline = by_reg.pop(BASELINE)
    rows = []
    measures = {name: way for name, way in COMPARED.items() if name in seeds.columns}
    held = {
        measure: {} if guess is None else over_guess(seeds, guess, measure)
        for measure in {**measures, primary: None}
    }
    for measure, higher_is_better in measures.items():
        pairs = [_pair(cell[measure], baseline[measure]) for cell in by_reg.values()]
        margin = matters if measure in ACCURACIES else None
        family = compare_family(pairs, higher_is_better, margin)
        for reg, row in zip(by_reg, family, strict=True):
            if row.get("firm") is None:
                row["firm"] = math.nan
            of = {"reg": reg, "measure": measure}
            rows.append(of | row | _guessed(reg, held[measure], held[primary]))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"beats_guess": object})


def _guessed(
    reg: str, own: Mapping[str, OverGuess], primary: Mapping[str, OverGuess]
) -> dict[str, Any]:
    """The columns on the guess; the primary measure's say where the measure has none itself."""
    if own:
        over = own.get(reg)
        numbers = {} if over is None else {f"guess_{k}": v for k, v in asdict(over).items()}
    else:
        over, numbers = primary.get(reg), {}
    numbers.pop("guess_beats", None)
    return {**numbers, "beats_guess": over.beats or math.nan if over else math.nan}


def _pair(cell: pd.Series[float], baseline: pd.Series[float]) -> Pair:
    """Both by seed, the index, where both have one."""
    import pandas as pd

    pairs = pd.concat([cell, baseline], axis=1, join="inner").dropna()
    own, other = pairs.to_numpy(dtype=np.float64).T
    return Pair(pairs.index.to_numpy(), own, other)
