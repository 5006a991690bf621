"""What metrics/ holds about a study: results, and its sweep where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from regscope import results
from regscope.measures.catalog import ACCURACY, score_in
from regscope.report.at_best import AtBest, load_at_best
from regscope.results.effects import Row, read_effects
from regscope.results.overlap import measured_overlap
from regscope.study.evaluation import PRIMARIES
from regscope.study.params import BASELINE, Study

if TYPE_CHECKING:
    import pandas as pd


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

    @cached_property
    def trained(self) -> Study:
        """The study as it was when its results were made.

        Raises RegscopeError where its settings mean nothing any more.
        """
        return results.as_study(self.study, dict(self.settings))

    @cached_property
    def overlap(self) -> float | None:
        """What `measured_overlap` says of the study. Raises as it does, and as `trained`."""
        return measured_overlap(self.study, self.trained)

    @property
    def primary(self) -> str:
        """The measure that verdicts and headlines are about."""
        primary = self.settings.get("evaluation", {}).get("primary")
        return PRIMARIES.get(primary, score_in(self.seeds.columns))

    @cached_property
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
        return results.tested(self.study, study)

    def mean(self, reg: str, measure: str) -> float | None:
        """None where no seed of the cell has the measure."""
        own = self._seeds_of.get(reg)
        if own is None or measure not in own.columns:
            return None
        found = own[measure].dropna()
        return float(found.mean()) if len(found) else None

    def test_set_error(self, reg: str) -> float | None:
        """What the test set adds to the error of the cell's difference to the baseline.

        None where examples on which they disagree were not counted.
        """
        found = [row["test_set_error"] for row in self.discordant if row["reg"] == reg]
        return float(found[0]) if found else None

    def against_none(self, reg: str, measure: str) -> Row | None:
        return self._compared.get((reg, measure))

    @cached_property
    def _seeds_of(self) -> dict[str, pd.DataFrame]:
        return {str(reg): rows for reg, rows in self.seeds.groupby("reg", sort=False)}

    @cached_property
    def _compared(self) -> dict[tuple[str, str], Row]:
        """Each pair of cell and measure once: pages ask for single rows by the thousand."""
        return {(row["reg"], row["measure"]): row for row in self.comparisons.to_dict("records")}


def load_evidence(study: str) -> Evidence:
    """Read the study's tables; a sweep that was not made leaves nothing behind.

    Raises RegscopeError where one is not whole, or not as it was written.
    """
    found = read_effects(study)
    return Evidence(
        study,
        found.settings,
        found.seeds,
        found.comparisons,
        found.tuned,
        found.pairs,
        found.discordant,
        load_at_best(study),
    )
