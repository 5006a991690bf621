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
from regscope.statistics import TOO_FEW, Comparison, Pair, compare, firm, holm_of_family, verdict
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
    "reg", "measure", "seeds", "difference", "low", "high", "p_value", "p_holm", "p_sign_flip",
    "probability_better", "probability_low", "probability_high", "detectable_difference",
    "seeds_needed", "matters", "p_equal", "p_equal_holm", "seeds_equal", "verdict", "firm",
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
        pairs = {reg: _pairs(cell[measure], baseline[measure]) for reg, cell in by_reg.items()}
        family = sum(not paired.empty for paired in pairs.values())
        margin = matters if measure in ACCURACIES else None
        compared = {
            reg: _compare(paired, higher_is_better, family, margin) for reg, paired in pairs.items()
        }
        judged = [comparison for comparison in compared.values() if comparison is not None]
        corrected = iter(holm_of_family(judged))
        family_pairs = [_pair(paired) for paired in pairs.values() if not paired.empty]
        firmness = iter(firm(family_pairs, higher_is_better, margin))
        for reg, comparison in compared.items():
            row: dict[str, Any] = {"reg": reg, "measure": measure}
            if comparison is None:
                row |= {"seeds": 0, "verdict": TOO_FEW}
            else:
                p_holm, p_equal_holm = next(corrected)
                row |= asdict(comparison) | {"p_holm": p_holm, "p_equal_holm": p_equal_holm}
                row["verdict"] = verdict(comparison, p_holm, higher_is_better, p_equal_holm)
                stays = next(firmness)
                row["firm"] = math.nan if stays is None else stays
            rows.append(row | _guessed(reg, held[measure], held[primary]))
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


def _pairs(cell: pd.Series[float], baseline: pd.Series[float]) -> pd.DataFrame:
    """Both by seed, the index, where both have one."""
    import pandas as pd

    return pd.concat([cell, baseline], axis=1, join="inner").dropna()


def _pair(pairs: pd.DataFrame) -> Pair:
    own, other = pairs.to_numpy(dtype=np.float64).T
    return Pair(pairs.index.to_numpy(), own, other)


def _compare(
    pairs: pd.DataFrame, higher_is_better: bool | None, family: int, matters: float | None
) -> Comparison | None:
    """None where no seed has both. `family` is the number of comparisons of the measure."""
    if pairs.empty:
        return None
    own, other = pairs.to_numpy().T
    return compare(own, other, higher_is_better is not False, family, matters)
