"""What the figures draw, read from disk once: a study's cells as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from regscope import results
from regscope.base import paths
from regscope.base.tensors import read_tensors
from regscope.datasets import Dataset
from regscope.figures.cells import CellData
from regscope.figures.guess import guess_line, guess_note
from regscope.figures.layout import captioned, first_examples
from regscope.figures.marks import Mark, marks
from regscope.figures.style import display_name, legible
from regscope.measures.catalog import Measure, named
from regscope.models.weights import weight_in
from regscope.results import StudyResults, told
from regscope.results.reader import read_table
from regscope.study.networks import MODEL_FILE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regscope.study.params import Params, Study


LONGEST_CLASS = 40
"""Letters of a class's name: room is made for the longest."""


@dataclass(frozen=True)
class StudyData:
    """One study; `cells` in the order of params.yaml."""

    study: Study
    dataset: Dataset
    results: StudyResults
    cells: tuple[CellData, ...]

    @property
    def seeds(self) -> int:
        return len(self.cells[0].arrays["test_indices"])

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(self.cells[0].weights)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes as they are drawn."""
        return tuple(legible(name, LONGEST_CLASS) for name in self.dataset.classes)

    @property
    def score(self) -> Measure:
        return named(self.results.score)

    def caption(self, *notes: str) -> str:
        """The line below a figure: the study, how many seeds, and what else must be said."""
        return captioned(self.study.title, self.seeds, *notes)

    @property
    def guess_note(self) -> tuple[str, ...]:
        """The note of a caption on the constant guess's score, where that is known."""
        return guess_note(self.score, self.results.guessed(self.score.name))

    def guess_line(self, axis: Axes, along: Literal["x", "y"] = "y") -> None:
        """The constant guess on an axis of test accuracies in percent, or of another score."""
        guess = self.results.guessed(self.score.name)
        guess_line(axis, None if guess is None else self.score.scale * guess, along)

    @property
    def first_examples(self) -> str:
        """Which test examples pruning, units and robustness rest on; empty where on all."""
        tested: int = self.cells[0].arrays["test_indices"].shape[1]
        return first_examples(self.study.evaluation.examples, tested)

    @property
    def where_limited(self) -> tuple[str, ...]:
        """The same as notes of a caption; none where on all."""
        return (f"on {self.first_examples}",) if self.first_examples else ()

    def per_seed(self, reg: str, measure: str) -> np.ndarray:
        """One measure of every seed of a cell, `[S]`."""
        seeds = self.results.seeds
        return seeds.loc[seeds["reg"] == reg, measure].to_numpy(dtype=np.float64)

    def verdicts(self, measure: str) -> dict[str, str]:
        """What the comparison to the baseline says of each other cell, as it is marked."""
        comparisons = self.results.comparisons
        rows = comparisons[comparisons["measure"] == measure].to_dict("records")
        return {str(row["reg"]): told(row) for row in rows}


def load(name: str, params: Params) -> StudyData:
    """Read everything that is drawn of a study.

    Raises FileNotFoundError, or RegscopeError, naming what is missing.
    """
    study = params.studies[name]
    mark = marks(params.regs)
    found = results.load(name)
    return StudyData(
        study=study,
        dataset=Dataset.load(paths.prepared(name)),
        results=found,
        cells=tuple(_cell(name, reg, mark[reg], _layers(found, reg)) for reg in study.cells),
    )


def _layers(found: StudyResults, reg: str) -> tuple[str, ...]:
    """What was measured as weights of a cell, in order of its network."""
    layers = found.layers
    return tuple(layers.loc[layers["reg"] == reg, "layer"].unique())


def _cell(name: str, reg: str, mark: Mark, layers: tuple[str, ...]) -> CellData:
    model = paths.model(name, reg)
    state = read_tensors(model / MODEL_FILE)
    return CellData(
        reg=reg,
        label=display_name(reg),
        mark=mark,
        history=_history(model / paths.HISTORY_FILE),
        weights={layer: weight_in(layer, state) for layer in layers},
        arrays=read_tensors(paths.evaluation(name, reg) / paths.ARRAYS_FILE),
    )


def _history(path: Path) -> dict[str, np.ndarray]:
    table = read_table(path)
    seeds = table["seed"].nunique()
    return {
        str(column): table[column].to_numpy(dtype=np.float64).reshape(seeds, -1)
        for column in table.columns
    }
