"""The per-epoch record of a trained cell, `history.csv`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np

from regscope.study.schedules import is_constant
from regscope.study.training import Training
from regscope.tasks import Task

LEARNING_RATE = "learning_rate"
"""Of an epoch's last step, in the history of trainings in which it changes."""


def columns(task: Task, trainings: Iterable[Training]) -> tuple[str, ...]:
    """Those of networks of a task that are trained so."""
    changing = any(not is_constant(training.schedule) for training in trainings)
    return (*task.history, LEARNING_RATE) if changing else task.history


def to_csv(columns: Sequence[str], seeds: Sequence[int], history: np.ndarray) -> str:
    """One row a seed and epoch (from 1); `history` is `[columns, S, epochs]`.

    Single-precision numbers are written with the nine digits that keep them exactly.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["seed", "epoch", *columns])
    for row, seed in enumerate(seeds):
        for epoch in range(history.shape[2]):
            values = history[:, row, epoch]
            writer.writerow([seed, epoch + 1, *(f"{value:.9g}" for value in values)])
    return text.getvalue()
