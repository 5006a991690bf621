"""A study's cells against the best constant guess, seed by seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regscope.datasets import Dataset
from regscope.datasets.base import Holdout
from regscope.measures import catalog
from regscope.statistics import (
    FEWEST_SEEDS,
    SIGNIFICANCE,
    TOO_FEW,
    Interval,
    holm,
    mean_interval,
    paired_differences,
    paired_t_p,
)
from regscope.study.params import BASELINE, Study
from regscope.tasks import TASKS, task_of
from regscope.tasks.classification import class_guess

if TYPE_CHECKING:
    import pandas as pd

GUESSED = dict.fromkeys(name for task in TASKS.values() for name in task.guessed)

MEASURES = {measure.stem: measure.name for measure in catalog.SEEDS if measure.stem in GUESSED}
"""The column of `seeds.csv`, and of the guess's table, that holds what guesses are measured in."""

NO_BETTER = "not better than the constant guess"

GUESS = "constant guess"
"""In place of the verdict `better`, of a cell that the seeds do not show to beat the guess."""

GUESS_MEANING = f"better than {BASELINE}, {NO_BETTER}"

YES, NO = "yes", "no"


@dataclass(frozen=True)
class OverGuess:
    """A cell's mean of a measure minus the guess's, with its t interval and Holm's p over all
    cells of the study, the baseline too. `beats` is YES, NO, or '' of fewer than FEWEST_SEEDS."""

    difference: float
    low: float
    high: float
    p_holm: float
    beats: str


def guess_table(study: Study, dataset: Dataset) -> pd.DataFrame:
    """The guess of every seed, from its own training examples; a row a seed.

    Of sentences it is over their words.
    """
    rows = [
        {"seed": seed, "shares": "training", **_named(split_guess(study, dataset, seed))}
        for seed in range(study.training.seeds)
    ]
    return _frame(rows)


def split_guess(
    study: Study,
    dataset: Dataset,
    seed: int,
    holdout: Holdout = "test",
    trained: Holdout | None = None,
) -> dict[str, float]:
    """What the task's guess is measured in, on one seed's `holdout`, as known from its training
    examples.

    `trained`: what was held out of these; `holdout` where it is not given.
    """
    known = dataset.split(study.split, seed, trained or holdout).train
    held = dataset.split(study.split, seed, holdout).holdout
    task, targets = task_of(dataset), dataset.targets_of(holdout)
    return task.guess(dataset.known_targets[known], targets[held], task.outputs(dataset))


def guess_of_supports(classes: pd.DataFrame, seeds: pd.DataFrame) -> pd.DataFrame:
    """The same table from the test examples of each class, where training's are not known.

    Then the guess knows the test set's own shares, which no constant answer can beat.
    """
    first = classes[classes["reg"] == classes["reg"].iloc[0]]
    counts = first["support"].to_numpy(dtype=np.float64)
    guess = _named(class_guess(counts, counts))
    return _frame(
        [
            {"seed": seed, "shares": "test", **guess}
            for seed in sorted(int(seed) for seed in seeds["seed"].unique())
        ]
    )


def over_guess(seeds: pd.DataFrame, guess: pd.DataFrame, measure: str) -> dict[str, OverGuess]:
    """Of every cell that has the measure in a seed, of which the guess has it too.

    Empty for a measure that guesses, or these seeds, do not have. An infinite loss is nothing to
    be held against.
    """
    if measure not in guess.columns or measure not in seeds.columns:
        return {}
    known = {
        seed: value
        for seed, value in zip(guess["seed"], guess[measure], strict=True)
        if value < np.inf
    }
    pairs: dict[str, list[tuple[float, float]]] = {}
    for reg, seed, value in zip(seeds["reg"], seeds["seed"], seeds[measure], strict=True):
        if seed in known and value == value:
            pairs.setdefault(str(reg), []).append((value, known[seed]))
    differences = {reg: paired_differences(*np.array(own).T) for reg, own in pairs.items()}
    corrected = holm([paired_t_p(found) for found in differences.values()])
    return {
        reg: _over(found, p_holm, measure)
        for (reg, found), p_holm in zip(differences.items(), corrected, strict=True)
    }


def told(row: Mapping[Any, Any]) -> str:
    """The verdict of a comparison as it is marked: GUESS in place of a `better` that is none."""
    verdict = str(row["verdict"])
    return GUESS if verdict == "better" and row.get("beats_guess") == NO else verdict


def worded(row: Mapping[Any, Any], against: str = BASELINE) -> str:
    """The same as one says it: the verdict, and beside it that the cell does not beat the guess."""
    verdict = str(row["verdict"])
    if row.get("beats_guess") != NO or verdict == TOO_FEW:
        return verdict
    return (
        f"{verdict} than {against}, {NO_BETTER}"
        if verdict == "better"
        else (f"{verdict}, {NO_BETTER}")
    )


def above(differences: np.ndarray) -> bool:
    """Whether the interval of differences to the guess lies above 0; of one, whether it does."""
    interval = mean_interval(differences)
    return bool((interval.mean if len(differences) < 2 else interval.low) > 0)


def _over(differences: np.ndarray, p_holm: float, measure: str) -> OverGuess:
    interval = mean_interval(differences)
    if len(differences) < FEWEST_SEEDS:
        beats = ""
    else:
        beats = YES if _beyond(interval, measure) and p_holm < SIGNIFICANCE else NO
    return OverGuess(interval.mean, interval.low, interval.high, p_holm, beats)


def _beyond(interval: Interval, measure: str) -> bool:
    less = catalog.named(measure).better == "lower"
    return interval.high < 0 if less else interval.low > 0


def _named(guess: Mapping[str, float]) -> dict[str, float]:
    return {MEASURES[name]: value for name, value in guess.items()}


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    there = [name for name in MEASURES.values() if name in rows[0]]
    return pd.DataFrame(rows, columns=["seed", "shares", *there])
