"""How often one is ahead of another, whatever by how much: the sign test."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from regscope.statistics import probability_interval


@dataclass(frozen=True)
class Signs:
    """Ahead in so many of `count` pairs, equal ones half.

    `chance`: the 95 % interval of the probability of being ahead in another pair
    (`probability_interval`). `p_value`: two-sided, that this is a half; half wins are rounded
    towards a half. `smallest_p`: what it would be of so many pairs that all point one way.
    """

    ahead: float
    count: int
    chance: tuple[float, float]
    p_value: float
    smallest_p: float


def signs(own: np.ndarray, other: np.ndarray) -> Signs:
    """Of pairs `[n]`, at least one, where more is better; -inf, of what diverged, is the worst."""
    count = len(own)
    ahead = float((own > other).sum() + (own == other).sum() / 2)
    return Signs(
        ahead, count, probability_interval(ahead, count), _p(ahead, count), _p(count, count)
    )


def _p(ahead: float, count: int) -> float:
    wins = int(np.floor(ahead)) if ahead > count / 2 else int(np.ceil(ahead))
    more = max(wins, count - wins)
    as_many = sum(comb(count, number) for number in range(more, count + 1))
    return float(min(1.0, 2 * as_many / 2**count))
