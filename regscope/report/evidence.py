"""What metrics/ holds about a study: results, and its sweep where there is one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from regscope import results
from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.measures.catalog import ACCURACY
from regscope.report.at_best import AtBest, load_at_best
from regscope.results.complete import check_by_seed
from regscope.results.digests import check_digests
from regscope.results.reader import check_once, read_table
from regscope.study.evaluation import PRIMARIES
from regscope.study.params import BASELINE, Study

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Evidence:
    """What a study has in metrics/: its settings when it was trained, seeds and comparisons.

    `tuned` and `pairs` hold the rows of its sweep, if there is one, `discordant` those of
    discordant.csv, `at_best` its cells at their best learning rates.
    """

    study: str
    settings: Mapping[str, Any]
    seeds: pd.DataFrame
    comparisons: pd.DataFrame
    tuned: Sequence[Row]
    pairs: Sequence[Row]
    discordant: Sequence[Row] = ()
    at_best: AtBest | None = None

    @property
    def cells(self) -> Mapping[str, Any]:
        cells: Mapping[str, Any] = self.settings["regularizers"]
        return cells

    @property
    def trained(self) -> Study:
        """The study as it was when its results were made.

        Raises RegscopeError where its settings mean nothing any more.
        """
        try:
            return Study.model_validate(self.settings)
        except ValidationError as error:
            file = paths.summary(self.study) / results.SETTINGS_FILE
            raise RegscopeError(
                f"{file}: {one_line(error, dict(self.settings))}; rebuild the study with:"
                f" dvc exp run -S study={self.study}"
            ) from error

    @property
    def primary(self) -> str:
        """The measure that verdicts and headlines are about."""
        primary: str = self.settings.get("evaluation", {}).get("primary", "accuracy")
        return PRIMARIES.get(primary, ACCURACY)

    @property
    def test_examples(self) -> int:
        """How many examples a seed is tested on.

        Of sentences, whose words are not right or wrong by themselves, so many words as would give
        the baseline's accuracy the same standard error if they were.

        Raises RegscopeError where the settings mean nothing any more.
        """
        study = self.trained
        accuracy = self.mean(BASELINE, ACCURACY)
        spread = self.mean(BASELINE, "test_error")
        if accuracy and spread:
            return round(accuracy * (1 - accuracy) / spread**2)
        return study.data.size - (study.data.official_train or study.split.train or 0)

    def mean(self, reg: str, measure: str) -> float | None:
        """None where no seed of the cell has the measure."""
        if measure not in self.seeds.columns:
            return None
        found = self.seeds.loc[self.seeds["reg"] == reg, measure].dropna()
        return float(found.mean()) if len(found) else None

    def test_set_error(self, reg: str) -> float | None:
        """What the test set adds to the error of the cell's difference to the baseline.

        None where examples on which they disagree were not counted.
        """
        found = [row["test_set_error"] for row in self.discordant if row["reg"] == reg]
        return float(found[0]) if found else None

    def against_none(self, reg: str, measure: str) -> Row | None:
        table = self.comparisons
        rows = table[(table["reg"] == reg) & (table["measure"] == measure)].to_dict("records")
        return rows[0] if rows else None


def load_evidence(study: str) -> Evidence:
    """Read the study's tables; a sweep that was not made leaves nothing behind.

    Raises RegscopeError where one is not whole, or not as it was written.
    """

    def rows(folder: Path, name: str, *key: str) -> list[dict[Hashable, Any]]:
        file = folder / name
        if not file.is_file():
            return []
        table = read_table(file)
        check_once(table, key, file)
        return table.to_dict("records")

    folder, swept = paths.summary(study), paths.sweep_summary(study)
    written = results.settings(study)
    seeds, compared = (read_table(folder / f"{kind}.csv") for kind in ("seeds", "comparisons"))
    check_by_seed(seeds, ("reg", "seed"), folder / "seeds.csv", written)
    check_once(compared, ("reg", "measure"), folder / "comparisons.csv")
    evidence = Evidence(
        study,
        written,
        seeds,
        compared,
        rows(swept, "tuned.csv", "family"),
        rows(swept, "pairs.csv", "first", "second"),
        rows(folder, "discordant.csv", "reg"),
        load_at_best(study),
    )
    for one in (folder, swept):
        check_digests(one)
    return evidence
