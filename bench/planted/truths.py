"""Data with a planted truth: which methods must win, or that none can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

METHODS = ("l1", "l2", "dropout", "mixup", "early_stopping", "label_smoothing")
"""Those that are tried on all of them."""


@dataclass(frozen=True)
class Arrays:
    """Inputs float32 `[N, D]` and classes `[N]`; the last `test` are the test part."""

    inputs: np.ndarray
    targets: np.ndarray
    test: int


@dataclass(frozen=True)
class Truth:
    """`right`: what the advice must hold, one of these methods; none of them where it must be to
    use no regularizer. `why` says so."""

    name: str
    right: frozenset[str]
    why: str
    make: Callable[[np.random.Generator], Arrays]


def few_rows(stream: np.random.Generator) -> Arrays:
    """Two of 300 columns decide; 150 rows train."""
    rows, test = 150, 2000
    inputs = stream.normal(size=(rows + test, 300)).astype(np.float32)
    targets = (inputs[:, 0] + inputs[:, 1] > 0).astype(np.int64)
    return Arrays(inputs, targets, test)


def one_in_a_thousand(stream: np.random.Generator) -> Arrays:
    """One of 1,000 columns decides; 300 rows train."""
    rows, test = 300, 2000
    inputs = stream.normal(size=(rows + test, 1000)).astype(np.float32)
    targets = (inputs[:, 0] > 0).astype(np.int64)
    return Arrays(inputs, targets, test)


def label_noise(stream: np.random.Generator) -> Arrays:
    """Ten clouds; of the labels that train three of ten are drawn anew, of the test none."""
    rows, test, classes = 800, 2000, 10
    centres = stream.normal(size=(classes, 20))
    targets = stream.integers(0, classes, rows + test)
    spread = stream.normal(size=(rows + test, 20))
    inputs = (centres[targets] + 0.9 * spread).astype(np.float32)
    wrong = np.flatnonzero(stream.random(rows) < 0.3)
    targets[wrong] = stream.integers(0, classes, len(wrong))
    return Arrays(inputs, targets, test)


def no_signal(stream: np.random.Generator) -> Arrays:
    """Nothing decides: classes are drawn."""
    rows, test = 600, 2000
    inputs = stream.normal(size=(rows + test, 10)).astype(np.float32)
    return Arrays(inputs, stream.integers(0, 2, rows + test), test)


def plenty(stream: np.random.Generator) -> Arrays:
    """A straight line decides but for a tenth of noise, and 2,000 rows of four columns tell it."""
    rows, test = 2000, 4000
    inputs = stream.normal(size=(rows + test, 4)).astype(np.float32)
    targets = (inputs @ np.array([1.0, -1, 0.5, 0.25]) > 0).astype(np.int64)
    flipped = stream.random(rows + test) < 0.1
    return Arrays(inputs, np.where(flipped, 1 - targets, targets), test)


NOTHING: frozenset[str] = frozenset()

TRUTHS = (
    Truth("few_rows", frozenset({"l1"}), "two of 300 columns decide, 150 rows train", few_rows),
    Truth(
        "one_in_a_thousand",
        frozenset({"l1"}),
        "one of 1,000 columns decides, 300 rows train",
        one_in_a_thousand,
    ),
    Truth(
        "label_noise",
        frozenset({"mixup", "early_stopping", "label_smoothing", "l1", "l2", "dropout"}),
        "three of ten training labels are drawn anew",
        label_noise,
    ),
    Truth("no_signal", NOTHING, "classes are drawn, whatever the inputs", no_signal),
    Truth("plenty", NOTHING, "a straight line and noise, with rows enough", plenty),
)
