"""The per-epoch record of a trained cell, `history.csv`."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np


def to_csv(columns: Sequence[str], seeds: Sequence[int], history: np.ndarray) -> str:
    """One row a seed and epoch (from 1); `history` is `[columns, S, epochs]`, of a task's columns.

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
