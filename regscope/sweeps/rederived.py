"""The verdicts of a sweep from its committed tables, for sweeps whose networks are not at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base.errors import RegscopeError
from regscope.measures.catalog import ACCURACY
from regscope.results.beside import read_sweep
from regscope.results.compared import ACCURACIES
from regscope.results.study import csv
from regscope.statistics import LEVEL, Comparison, judged
from regscope.statistics.equality import one_sided_p
from regscope.statistics.rounding import tolerance
from regscope.statistics.student import quantile
from regscope.study.params import Study
from regscope.sweeps.pairs import COLUMNS
from regscope.sweeps.tuned import tuned

if TYPE_CHECKING:
    import pandas as pd


def rederived_sweep(folder: Path, study: Study) -> dict[Path, str]:
    """tuned.csv from paths.csv, pairs.csv from its own numbers; nothing where there are no paths.

    Where guess.csv is wanting, nothing is held against the guess.

    Raises RegscopeError where a table is not whole.
    """
    import pandas as pd

    sweep = read_sweep(folder, as_written=False)
    if sweep is None:
        return {}
    files: dict[Path, str] = {}
    matters, primary = study.evaluation.matters, study.primary_measure
    try:
        files[folder / "tuned.csv"] = csv(tuned(sweep.paths, matters, primary, sweep.guess))
        if (pairs := sweep.pairs) is not None:
            # What was judged by this margin was judged by more digits than the table holds.
            same = "matters" in pairs and (pairs["matters"] == matters).all()
            of = pairs["measure"].iloc[0] if "measure" in pairs and len(pairs) else ACCURACY
            if of != primary and not (pd.isna(of) and primary == ACCURACY):
                raise RegscopeError(
                    f"studies.{folder.name}.evaluation.primary = {study.primary}:"
                    f" {folder / 'pairs.csv'} is of {of}; make it anew with: make paths"
                )
            if not same and primary in ACCURACIES:
                files[folder / "pairs.csv"] = csv(judged_again(pairs, matters))
    except KeyError as error:
        raise RegscopeError(
            f"{folder}: a table has no column {error.args[0]}; make it anew with: make paths"
        ) from error
    return files


def judged_again(pairs: pd.DataFrame, matters: float) -> pd.DataFrame:
    """The table of `compare_pairs` with its verdicts anew.

    The standard error of a mean difference is the half width of its interval over t.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = pairs.to_dict("records")  # type: ignore[assignment]
    comparisons = []
    for row in rows:
        seeds = int(row["seeds"])
        reach = (row["high"] - row["low"]) / 2
        rounding = tolerance(row["both"], row["first_alone"], row["second_alone"])
        error = reach / quantile((1 + LEVEL) / 2, seeds - 1) if reach > rounding else 0.0
        room = matters - abs(row["difference"]) - rounding
        row |= {"matters": matters, "p_equal": one_sided_p(room, error, seeds - 1, 2.0**-seeds)}
        comparisons.append(_comparison(row))
    for row, found in zip(rows, judged(comparisons), strict=True):
        row |= found
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _comparison(row: dict[str, Any]) -> Comparison:
    """As far as a verdict asks for it."""
    judged = {"seeds", "difference", "low", "high", "p_value", "matters", "p_equal"}
    unknown = dict.fromkeys(
        ("p_sign_flip", "probability_better", "probability_low", "probability_high",
         "detectable_difference", "seeds_needed"),
    )  # fmt: skip
    numbers: dict[str, Any] = unknown | {name: row[name] for name in judged}
    return Comparison(**numbers)
