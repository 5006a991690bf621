"""What is proposed for anyone's data, whatever its kind: a place to begin, chosen by no result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from regscope.tasks.classification import class_guess

TRAIN, VALIDATION = 0.8, 0.2
"""Shares: of all examples those that train where no test part is given, and of those the part that
is set aside where something is chosen."""

MOST_ASIDE = 10_000
"""Examples that are set aside, at most."""

RARE = 0.2
"""A class of so much of an equal share, or less, is rare: accuracy then says little of it."""


def is_uneven(counts: Sequence[int] | np.ndarray) -> bool:
    """Whether a class of these sizes is rare."""
    return bool(min(counts) <= RARE * sum(counts) / len(counts))


def sizes(train: int, batch: int) -> tuple[int, int]:
    """The batch's size, `batch` or less, and how many of `train` examples are set aside.

    No last batch is of one example, whether none, one or two such parts are set aside: batch
    normalization cannot normalize it.
    """
    aside = max(1, min(round(VALIDATION * train), MOST_ASIDE))
    for smaller in range(batch, 2, -1):
        for validation in range(aside, max(1, aside // 2) - 1, -1):
            if all((train - parts * validation) % smaller != 1 for parts in range(3)):
                return smaller, validation
    return batch, aside


def split(train: int, validation: int, classes: bool, has_test: bool) -> dict[str, Any]:
    """Of classes every part has its share, but where the test part is given."""
    if has_test:
        return {"validation": validation}
    by = {"by": "stratified"} if classes else {}
    return {"train": train, "validation": validation, **by}


def training(
    learned: int,
    batch: int,
    counts: Sequence[int],
    *,
    steps: int,
    epochs: tuple[int, int],
    seeds: int,
) -> dict[str, Any]:
    """Adam, for about so many `steps`, in `epochs` at least and at most.

    `learned` are the examples that train while a part is set aside; `counts` those of each class,
    none where targets are numbers.
    """
    weights = {"class_weights": "balanced"} if len(counts) and is_uneven(counts) else {}
    return {
        "optimizer": "adam",
        "learning_rate": 0.001,
        "batch_size": batch,
        "epochs": int(np.clip(round(steps * batch / learned), *epochs)),
        "seeds": seeds,
        **weights,
    }


def evaluation(test: int, counts: Sequence[int], most: int) -> dict[str, Any]:
    """How `test` examples are measured, `most` of them where a measure takes many passes.

    The training loss is half of what the constant guess has: the entropy of the classes' shares, or
    the variance of numbers.
    """
    guess = 1.0
    if len(counts):
        guess = class_guess(np.asarray(counts), np.asarray(counts))["loss"]
    found: dict[str, Any] = {"training_loss": round(0.5 * guess, 3), "matters": 0.005}
    if len(counts) and is_uneven(counts):
        found["primary"] = "balanced_accuracy"
    if test > most:
        found["examples"] = most
    return found
