"""Labels drawn anew, as training examples have them that nobody checked."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from regscope.base.randomness import numpy_stream


class Labelled(Protocol):
    """What noise is drawn for: of a data set its labels, its classes and its own training set."""

    @property
    def targets(self) -> np.ndarray: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def official_train(self) -> int | None: ...


def noisy_of(dataset: Labelled, share: float) -> np.ndarray | None:
    """Its labels with so large a share of the training ones drawn anew; None for a share of 0."""
    if not share:
        return None
    return drawn_anew(dataset.targets, len(dataset.classes), dataset.official_train, share)


def drawn_anew(targets: np.ndarray, classes: int, trained: int | None, share: float) -> np.ndarray:
    """Labels `[N]`, of whose first `trained`, or of all, so large a share is drawn evenly from all
    classes, the right one among them (Zhang et al. 2017, section 2.2).

    Which they are, and what they become, is drawn once: every seed and every method sees the same.
    """
    stream = numpy_stream(0, "label noise")
    size = len(targets) if trained is None else trained
    places = stream.permutation(size)[: round(share * size)]
    noisy = targets.copy()
    noisy[places] = stream.integers(classes, size=len(places))
    return noisy
