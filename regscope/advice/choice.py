"""Which setting of an arm to use: chosen on validation, the simplest that does as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from regscope.advice.arms import Setting
from regscope.statistics import paired_differences


@dataclass(frozen=True)
class Candidate:
    """A setting that may be chosen, with the epochs that it trains, and its score by seed `[S]`."""

    setting: Setting
    scores: np.ndarray

    @property
    def mean(self) -> float:
        return round(float(self.scores.mean()), 9)


def candidates_of(setting: Setting, epochs: Sequence[int], scores: np.ndarray) -> list[Candidate]:
    """One for each number of epochs; `scores` are `[read off, S]`. Without those that could not be
    trained to there."""
    return [
        Candidate(replace(setting, epochs=length), own)
        for length, own in zip(epochs, scores, strict=True)
        if np.isfinite(own).all()
    ]


def choose(candidates: Sequence[Candidate]) -> Candidate:
    """The simplest of those that are within one standard error of the best mean.

    Simpler are fewer methods; of equally simple ones it is the best, of equal means the one with
    fewer epochs, then the smaller learning rate. Shorter training is not called simpler: a standard
    error is room enough to weaken what others are held against. The standard error is that of the
    differences to the best, seed by seed, since all have the same validation examples (Breiman et
    al. 1984, section 3.4.3, of means that are not paired).
    """
    best = max(candidates, key=_by_mean)
    near = [one for one in candidates if one is best or _within(one, best)]
    fewest = min(len(one.setting.methods) for one in near)
    return max((one for one in near if len(one.setting.methods) == fewest), key=_by_mean)


def _by_mean(one: Candidate) -> tuple[float, int, float]:
    return one.mean, -one.setting.epochs, -one.setting.learning_rate


def _within(one: Candidate, best: Candidate) -> bool:
    behind = paired_differences(best.scores, one.scores)
    error = float(behind.std(ddof=1)) / sqrt(len(behind))
    return float(behind.mean()) <= error
