"""What metrics/ holds about a study: results, and its sweep where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

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
    discordant.csv, `at_best` its cells at their best learning rates, `read` the settings as they
    were read already.
    """

    study: str
    settings: Mapping[str, Any]
    seeds: pd.DataFrame
    comparisons: pd.DataFrame
    tuned: Sequence[Row]
    pairs: Sequence[Row]
    discordant: Sequence[Row] = ()
    at_best: AtBest | None = None
    read: Study | None = None

    @property
    def cells(self) -> Mapping[str, Any]:
        cells: Mapping[str, Any] = self.settings["regularizers"]
        return cells

    @cached_property
    def trained(self) -> Study:
        """The study as it was when its results were made.

        Raises RegscopeError where its settings mean nothing any more.
        """
        return self.read or results.as_study(self.study, dict(self.settings))

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
        if measure not in self.seeds.columns:
            return None
        own = self._by_seed(measure).get(reg, np.empty(0))
        found = own[~np.isnan(own)]
        return float(found.mean()) if len(found) else None

    @cached_property
    def accuracies(self) -> dict[str, np.ndarray]:
        """Of every cell, in the order of all seeds, `[S]`; nan for a seed that it does not have."""
        return self._by_seed(ACCURACY)

    def test_set_error(self, reg: str) -> float | None:
        """What the test set adds to the error of the cell's difference to the baseline.

        None where examples on which they disagree were not counted.
        """
        found = [row["test_set_error"] for row in self.discordant if row["reg"] == reg]
        return float(found[0]) if found else None

    def against_none(self, reg: str, measure: str) -> Row | None:
        return self._compared.get((reg, measure))

    def _by_seed(self, measure: str) -> dict[str, np.ndarray]:
        regs, rows, seeds = self._places
        found = np.full((len(regs), 1 + seeds.max(initial=-1)), np.nan)
        found[rows, seeds] = self.seeds[measure].to_numpy(dtype=np.float64)
        return dict(zip(regs, found, strict=True))

    @cached_property
    def _places(self) -> tuple[list[str], np.ndarray, np.ndarray]:
        """The cells; of every row of `seeds` the cell's place among them, and the seed's."""
        cells = self.seeds["reg"].tolist()
        regs = {reg: place for place, reg in enumerate(dict.fromkeys(cells))}
        _, seeds = np.unique(self.seeds["seed"].to_numpy(), return_inverse=True)
        return list(map(str, regs)), np.array([regs[reg] for reg in cells], dtype=np.intp), seeds

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
