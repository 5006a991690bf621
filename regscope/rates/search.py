"""One cell over its grid: what validation says of every learning rate and number of epochs.

A learning rate stays the same while a network trains, so training for the most epochs passes
through all the shorter trainings, and its history holds what each would have come to.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan
from pathlib import Path
from typing import TYPE_CHECKING

from regscope.base.errors import DivergedError, RegscopeError
from regscope.engine.cell import train_cells
from regscope.measures.catalog import ACCURACY
from regscope.rates.settings import Grid
from regscope.study.params import Study
from regscope.tasks.classification import Classification

if TYPE_CHECKING:
    from regscope.engine.trained import TrainedCell

HELD_OUT = tuple(map(Classification().history.index, ("holdout_accuracy", "holdout_loss")))
"""Accuracy and loss in a history."""

Row = dict[str, float]


@dataclass(frozen=True)
class Setting:
    """One point of a grid."""

    learning_rate: float
    epochs: int

    def applied(self, study: Study, seeds: int) -> Study:
        """The study trained so, with that many seeds."""
        changed = {"learning_rate": self.learning_rate, "epochs": self.epochs, "seeds": seeds}
        return study.model_copy(update={"training": study.training.model_copy(update=changed)})


@dataclass(frozen=True)
class Best:
    """A cell at its best: how it was trained, a row a seed of the test examples, and the machine.

    `arithmetic` and `processors` are as in `TrainedCell`.
    """

    setting: Setting
    rows: list[Row]
    device: str
    arithmetic: str
    processors: tuple[str, ...]


def search(study: Study, reg: str, grid: Grid, data: Path, label: str) -> list[Row]:
    """Train the cell at every learning rate without the validation examples; measure it on these.

    One row a learning rate, number of epochs and seed. Where the loss of a seed is no longer
    finite, no seed of that learning rate has an accuracy: nobody could use it.

    Raises what `train_cells` raises but for that.
    """
    longest = grid.epochs[-1]
    rows = []
    for rate in grid.learning_rates:
        candidate = Setting(rate, longest).applied(study, grid.seeds)
        try:
            [trained] = train_cells(
                candidate, [reg], data, f"{label}, learning rate {rate:g}", "validation"
            ).values()
        except DivergedError:
            trained = None
        for epochs in grid.epochs:
            for seed in range(grid.seeds):
                found = _after(trained, seed, epochs)
                rows.append(
                    {
                        "learning_rate": rate,
                        "epochs": epochs,
                        "seed": seed,
                        "validation_accuracy": found[0],
                        "validation_loss": found[1],
                    }
                )
    return rows


def ranked(rows: list[Row]) -> list[Setting]:
    """The settings that all seeds were trained with, the best first.

    By mean validation accuracy; of equal ones by mean validation loss, and then the shorter and
    slower training.
    """
    groups: dict[Setting, list[Row]] = {}
    for row in rows:
        groups.setdefault(Setting(row["learning_rate"], int(row["epochs"])), []).append(row)

    def mean(setting: Setting, measure: str) -> float:
        # Means of the same counts may differ in their last bit.
        values = [row[measure] for row in groups[setting]]
        return round(sum(values) / len(values), 9)

    finite = [setting for setting in groups if mean(setting, "validation_loss") < inf]
    return sorted(
        finite,
        key=lambda setting: (
            -mean(setting, "validation_accuracy"),
            mean(setting, "validation_loss"),
            setting.epochs,
            setting.learning_rate,
        ),
    )


def at_best(study: Study, reg: str, settings: list[Setting], data: Path, label: str) -> Best:
    """Train the study's seeds anew with the first of `settings` that all of them can be trained
    with, on all training examples, and measure them on the test examples.

    Raises RegscopeError where there is none.
    """
    for setting in settings:
        chosen = setting.applied(study, study.training.seeds)
        try:
            [trained] = train_cells(chosen, [reg], data, f"{label}, at its best").values()
        except DivergedError:
            continue
        rows = []
        for seed in trained.seeds:
            accuracy, loss = _after(trained, seed, setting.epochs)
            rows.append({"seed": seed, ACCURACY: accuracy, "test_loss": loss})
        return Best(setting, rows, trained.device, trained.arithmetic, trained.processors)
    raise RegscopeError(f"{label}: the loss does not stay finite at any learning rate of the grid")


def _after(trained: TrainedCell | None, seed: int, epochs: int) -> tuple[float, float]:
    """Accuracy and loss of one seed on the examples held out, after so many epochs."""
    if trained is None:
        return nan, nan
    column = trained.history[:, trained.seeds.index(seed), epochs - 1]
    accuracy, loss = (float(column[place]) for place in HELD_OUT)
    return accuracy, loss
