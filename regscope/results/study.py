"""One study's tables, and how they are written to `metrics/studies/`."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from regscope.base import paths
from regscope.base.files import write_bytes, write_json, write_text
from regscope.measures import catalog
from regscope.measures.catalog import ACCURACY, score_in
from regscope.results.digests import SUMS_FILE
from regscope.results.guessed import guess_of_supports
from regscope.results.reader import matrix
from regscope.statistics import Interval, mean_intervals
from regscope.tasks import Table, task_in

if TYPE_CHECKING:
    import pandas as pd


SUMMARY = tuple(measure.name for measure in catalog.listed("summary"))
"""The measures that `dvc metrics show` lists, as far as a study has them."""

CHANCE = 0.02
"""Of what the guess leaves to be gained: so much is hardly better."""

DIGITS = "%.9g"
"""Of every float in a table."""

DISCORDANT = ("reg", "examples", "gained", "lost", "test_set_error")
"""The columns of discordant.csv."""


def no_discordant() -> pd.DataFrame:
    """Of a study without a shared test set."""
    import pandas as pd

    return pd.DataFrame(columns=list(DISCORDANT))


@dataclass(frozen=True)
class StudyResults:
    """One study's tables; `reg`, the cell, is the first column of each. Empty is nan.

    `seeds` has a row a seed, `layers` and `units` a row a seed and layer. The others are over all
    seeds: `classes` has precision, recall and F1 of every class; `comparisons` what
    `compare_cells` says; `pruning` a row a scope and fraction, `robustness` a row a corruption
    and severity (0 is clean), `reliability` a row a bin of confidence; `confused` a row a pair of
    classes. `discordant` has a row a cell but the baseline; none where seeds have test examples of
    their own, or where the study was evaluated before the table was there.

    `guess` has a row a seed: the best constant guess (`results.guessed`), None of results that do
    not hold it; `guesses` has it nevertheless. `primary` is the measure that verdicts and headlines
    are about.
    """

    seeds: pd.DataFrame
    layers: pd.DataFrame
    classes: pd.DataFrame
    comparisons: pd.DataFrame
    units: pd.DataFrame
    pruning: pd.DataFrame
    robustness: pd.DataFrame
    reliability: pd.DataFrame
    confused: pd.DataFrame
    discordant: pd.DataFrame = field(default_factory=no_discordant)
    guess: pd.DataFrame | None = None
    primary: str = ACCURACY

    @cached_property
    def cells(self) -> list[str]:
        return list(self.seeds["reg"].unique())

    @cached_property
    def score(self) -> str:
        """What stands for accuracy in the study's task; at most 1, of whom nothing is missed."""
        return score_in(self.seeds.columns)

    @cached_property
    def of_cell(self) -> dict[str, pd.DataFrame]:
        """The rows of `seeds` of each cell, in order of the seeds."""
        by_reg = self.seeds.groupby("reg", sort=False)
        return {str(reg): rows.sort_values("seed") for reg, rows in by_reg}

    @cached_property
    def seeds_of(self) -> dict[str, np.ndarray]:
        """The seeds of each cell, `[S]`, in order."""
        return {reg: self.seeds["seed"].to_numpy()[rows] for reg, rows in self._rows.items()}

    @cached_property
    def measured(self) -> dict[str, dict[str, np.ndarray]]:
        """Of each cell every measure of `seeds`, `[S]`, in order of the seeds."""
        measures = [name for name in self.seeds.columns if name not in ("reg", "seed")]
        numbers = matrix(self.seeds, measures)
        return {
            reg: dict(zip(measures, np.ascontiguousarray(numbers[rows].T), strict=True))
            for reg, rows in self._rows.items()
        }

    @cached_property
    def intervals(self) -> dict[str, dict[str, Interval]]:
        """Of each cell the mean of every measure of `seeds` over them, with its interval."""
        return {
            reg: dict(zip(own, mean_intervals(np.stack([*own.values()])), strict=True))
            for reg, own in self.measured.items()
        }

    @cached_property
    def _rows(self) -> dict[str, np.ndarray]:
        """Where in `seeds` each cell stands, in order of the seeds."""
        regs, seeds = self.seeds["reg"].to_numpy(dtype=object), self.seeds["seed"].to_numpy()
        rows = {reg: np.flatnonzero(regs == reg) for reg in self.cells}
        return {str(reg): own[np.argsort(seeds[own], kind="stable")] for reg, own in rows.items()}

    @cached_property
    def class_scores(self) -> dict[str, list[dict[Hashable, Any]]]:
        """The rows of `classes` of each cell."""
        return _by_cell(self.classes)

    @cached_property
    def compared(self) -> dict[str, dict[str, dict[Hashable, Any]]]:
        """The rows of `comparisons`: `{measure: {reg: row}}`."""
        found: dict[str, dict[str, dict[Hashable, Any]]] = {}
        for row in self.comparisons.to_dict("records"):
            found.setdefault(row["measure"], {})[str(row["reg"])] = row
        return found

    @cached_property
    def guesses(self) -> pd.DataFrame:
        """The guess of every seed; where it was not kept, as the test set's own shares have it."""
        return guess_of_supports(self.classes, self.seeds) if self.guess is None else self.guess

    def guessed(self, measure: str) -> float | None:
        """The guess's mean over seeds; None of a measure that guesses do not have."""
        if measure not in self.guesses.columns:
            return None
        mean = float(self.guesses[measure].mean())
        return mean if math.isfinite(mean) else None

    @cached_property
    def at_chance(self) -> dict[str, int]:
        """Of each cell with such seeds how many are hardly better than the constant guess.

        Of what the guess leaves to be gained, they have at most CHANCE: in what the study is about,
        or in its test accuracy (or R²) where guesses do not have that.
        """
        measure = self.primary if self.primary in self.guesses.columns else self.score
        guess = self.seeds["seed"].map(self.guesses.set_index("seed")[measure])
        lost = self.seeds[self.seeds[measure] <= guess + CHANCE * (1 - guess)]
        return {str(reg): int(count) for reg, count in lost["reg"].value_counts().items()}

    @cached_property
    def lost(self) -> set[str]:
        """The cells of which every seed is hardly better than the guess, where others are."""
        seeds = self.seeds["reg"].value_counts()
        found = {reg for reg, count in self.at_chance.items() if count == seeds[reg]}
        return found if len(found) < len(seeds) else set()

    @property
    def summary(self) -> dict[str, dict[str, float | None]]:
        """`{reg: {measure: mean over seeds}}`, to six decimals; None for what cannot be had."""
        return means(self.seeds)


def _by_cell(table: pd.DataFrame) -> dict[str, list[dict[Hashable, Any]]]:
    found: dict[str, list[dict[Hashable, Any]]] = {}
    for row in table.to_dict("records"):
        found.setdefault(str(row["reg"]), []).append(row)
    return found


def means(seeds: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    """`{reg: {measure of SUMMARY: mean over seeds}}`, to six decimals; None where none has it.

    A measure that the table does not have is left out.
    """
    measures = [measure for measure in SUMMARY if measure in seeds.columns]
    found = seeds.groupby("reg", sort=False)[measures].mean()
    return {
        str(reg): {measure: _rounded(float(row[measure])) for measure in measures}
        for reg, row in found.iterrows()
    }


TABLES: tuple[Table, ...] = get_args(Table)

OPTIONAL = ("discordant",)
"""Tables that a study may be without; so is it without those that its task does not have."""

LATER = ("guess",)
"""The tables that studies evaluated by older versions do not have."""


def as_written(table: pd.DataFrame) -> pd.DataFrame:
    """With the digits that a table keeps on disk."""
    floats = table.select_dtypes("float").columns
    return table.assign(
        **{name: table[name].map(lambda one: float(DIGITS % one)) for name in floats}
    )


def csv(table: pd.DataFrame) -> str:
    """A table as it is kept: floats to nine digits and nan as an empty field."""
    return table.to_csv(index=False, float_format=DIGITS)


def write(results: StudyResults, folder: Path) -> None:
    """The tables as CSV, the summary as JSON."""
    for kind in TABLES:
        table = getattr(results, kind)
        if table is None or kind not in task_in(results.seeds.columns).tables:
            continue
        if kind not in OPTIONAL or not table.empty:
            write_text(folder / f"{kind}.csv", csv(table))
    write_json(folder / "summary.json", results.summary)


def write_environment(made_with: dict[str, Any], folder: Path, name: str) -> None:
    """What the results in `folder` were made with, or were made with first.

    Where another machine has come to the same bytes, the study's own file stays: it tells what the
    results came from, not who made them last.
    """
    before = paths.summary(name)
    kept = before / paths.ENVIRONMENT
    if kept.is_file() and _contents(before) == _contents(folder):
        write_bytes(folder / paths.ENVIRONMENT, kept.read_bytes())
    else:
        write_json(folder / paths.ENVIRONMENT, made_with)


def _contents(folder: Path) -> dict[str, bytes]:
    others = (paths.ENVIRONMENT, SUMS_FILE)
    files = [path for path in folder.iterdir() if path.name not in others]
    return {path.name: path.read_bytes() for path in files}


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
