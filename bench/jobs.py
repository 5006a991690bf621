"""The jobs that every way is given: blocks of params.yaml, cut down, and never retyped."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regscope.base.processes import cores
from regscope.study.params import Study, written_study

CELLS = ("none", "l1", "l2", "dropout")
STEPS = 120
"""Of the convolutional network, whose whole epoch takes a minute or so."""
TRAIN, TEST = 60_000, 10_000
"""Examples of MNIST and Fashion-MNIST alike."""
SEEDS = 10


@dataclass(frozen=True)
class Job:
    """One training job: `block` is a study's, with the cells and the sizes of this job only.

    `seeds` are trained by this project; the others train one and are charged for as many.
    `train` and `test` count the examples of an epoch. With `short`, start-up is left out on all
    sides, since it would be lost in the whole job.
    """

    name: str
    block: dict[str, Any]
    seeds: int
    train: int
    test: int
    short: bool = False

    @property
    def study(self) -> Study:
        return Study.model_validate(self.block)

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(self.block["regularizers"])

    @property
    def epochs(self) -> int:
        return int(self.block["training"]["epochs"])


def mnist() -> Job:
    """Study `mnist` with its cells none, L1, L2 and dropout."""
    return Job("mnist", block("mnist", CELLS), seeds=SEEDS, train=TRAIN, test=TEST)


def fashion(precision: str = "float32", *, whole: bool = False) -> Job:
    """Study `fashion`, cell none: STEPS steps, tested on the same part of the test set; or all."""
    cut = block("fashion", ("none",))
    if whole:
        return Job("fashion", cut, cut["training"]["seeds"], TRAIN, TEST)
    size = cut["training"]["batch_size"]
    cut["split"] = {"train": STEPS * size, "validation": 1}
    cut["training"] |= {"epochs": 1, "seeds": cores(), "precision": precision}
    train = STEPS * size
    test = round(TEST * train / TRAIN)
    return Job(f"fashion_{precision}", cut, cores(), train, test, short=True)


def block(study: str, cells: Sequence[str]) -> dict[str, Any]:
    """A study's block as params.yaml has it, with these cells alone."""
    whole = written(study)
    whole["regularizers"] = {name: whole["regularizers"][name] for name in cells}
    return whole


def written(study: str) -> dict[str, Any]:
    """A study's block as params.yaml has it."""
    return copy.deepcopy(written_study(study))


def as_study(block: dict[str, Any]) -> Study:
    return Study.model_validate(block)
