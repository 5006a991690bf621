"""One study's tables, and how they are kept in `metrics/studies/`."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope import paths
from regscope.datasets.base import DESCRIPTION_FILE
from regscope.errors import RegscopeError
from regscope.files import write_bytes, write_json, write_text

if TYPE_CHECKING:
    import pandas as pd

SETTINGS_FILE = "settings.json"
ENVIRONMENT_FILE = "environment.json"

SUMMARY = (
    "test_accuracy",
    "test_loss",
    "generalization_gap",
    "expected_calibration_error",
    "corruption_accuracy",
    "prunable_fraction",
    "near_zero_fraction",
)
"""The measures that `dvc metrics show` lists."""

CHANCE = 0.02

DIGITS = "%.9g"
"""Of every float in a table."""

NAMES = ("reg", "layer", "class", "first", "second", "scope", "corruption", "measure", "verdict")


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

    @property
    def cells(self) -> list[str]:
        return list(self.seeds["reg"].unique())

    @property
    def at_chance(self) -> dict[str, int]:
        """Of each cell with such seeds how many are hardly better than a guess.

        Their test accuracy is at most CHANCE above one over the number of classes.
        """
        guess = 1 / self.classes["class"].nunique()
        lost = self.seeds[self.seeds["test_accuracy"] <= guess + CHANCE]
        return {str(reg): int(count) for reg, count in lost["reg"].value_counts().items()}

    @property
    def lost(self) -> set[str]:
        """The cells of which every seed is hardly better than a guess, where others are better."""
        seeds = self.seeds["reg"].value_counts()
        found = {reg for reg, count in self.at_chance.items() if count == seeds[reg]}
        return found if len(found) < len(seeds) else set()

    @property
    def summary(self) -> dict[str, dict[str, float | None]]:
        """`{reg: {measure: mean over seeds}}`, to six decimals; None for what cannot be had."""
        return means(self.seeds)

    @property
    def layer_means(self) -> pd.DataFrame:
        """`layers` with a row a cell and layer, in order: means over seeds."""
        return _over_seeds(self.layers)

    @property
    def unit_means(self) -> pd.DataFrame:
        """`units` with a row a cell and layer, in order: means over seeds."""
        return _over_seeds(self.units)


def means(seeds: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    """`{reg: {measure of SUMMARY: mean over seeds}}`, to six decimals; None where none has it."""
    found = seeds.groupby("reg", sort=False)[list(SUMMARY)].mean()
    return {
        str(reg): {measure: _rounded(float(row[measure])) for measure in SUMMARY}
        for reg, row in found.iterrows()
    }


TABLES = tuple(table.name for table in fields(StudyResults))

OPTIONAL = ("discordant",)
"""Tables that a study may be without."""


def load(name: str) -> StudyResults:
    """Read what `gather` gave and the stage `summarize` wrote.

    Raises RegscopeError when a table is missing that every study has, as in one evaluated by an
    older version.
    """
    import pandas as pd

    def table(kind: str) -> pd.DataFrame:
        file = paths.summary(name) / f"{kind}.csv"
        if kind in OPTIONAL and not file.is_file():
            return no_discordant()
        try:
            # Names stay as they are: of classes that are digits, of a cell called `nan`.
            return pd.read_csv(
                file, dtype=dict.fromkeys(NAMES, str), keep_default_na=False, na_values=[""]
            )
        except FileNotFoundError as error:
            raise _missing(file, name) from error

    return StudyResults(**{kind: table(kind) for kind in TABLES})


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
        if kind not in OPTIONAL or not table.empty:
            write_text(folder / f"{kind}.csv", csv(table))
    write_json(folder / "summary.json", results.summary)


def write_environment(made_with: dict[str, Any], folder: Path, name: str) -> None:
    """What the results in `folder` were made with, or were made with first.

    Where another machine has come to the same bytes, the study's own file stays: it tells what the
    results came from, not who made them last.
    """
    before = paths.summary(name)
    kept = before / ENVIRONMENT_FILE
    if kept.is_file() and _contents(before) == _contents(folder):
        write_bytes(folder / ENVIRONMENT_FILE, kept.read_bytes())
    else:
        write_json(folder / ENVIRONMENT_FILE, made_with)


def _contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.iterdir() if path.name != ENVIRONMENT_FILE]
    return {path.name: path.read_bytes() for path in files}


def settings(name: str) -> dict[str, Any]:
    """The study's block of params.yaml when its results were made."""
    return _described(name, SETTINGS_FILE)


def environment(name: str) -> dict[str, Any]:
    """What the study's cells were trained with; a list where they differ."""
    return _described(name, ENVIRONMENT_FILE)


def flaws(name: str) -> tuple[str, ...]:
    """What is known to be wrong with the study's data, a sentence each."""
    return tuple(_described(name, DESCRIPTION_FILE).get("notes", ()))


def _described(name: str, file: str) -> dict[str, Any]:
    path = paths.summary(name) / file
    try:
        loaded: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise _missing(path, name) from error
    return loaded


def _missing(file: Path, name: str) -> RegscopeError:
    return RegscopeError(f"{file}: not there; rebuild the study with: dvc exp run -S study={name}")


def _over_seeds(table: pd.DataFrame) -> pd.DataFrame:
    means = table.groupby(["reg", "layer"], sort=False).mean()
    return means.drop(columns="seed").reset_index()


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
