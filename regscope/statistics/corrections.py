"""Many comparisons at once."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction (1979): adjusted p values in the order given.

    Under any dependence between them, the probability that any true null hypothesis gets one
    below a level is at most that level.
    """
    count = len(p_values)
    adjusted = [0.0] * count
    highest = 0.0
    for rank, index in enumerate(sorted(range(count), key=lambda index: p_values[index])):
        highest = max(highest, min(1.0, (count - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def false_discovery(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's step-up correction (1995): q in the order given.

    Where the tests are independent, or depend on one another positively, at most that share of
    all that have a q below a level is expected to be false.
    """
    count = len(p_values)
    adjusted = [0.0] * count
    lowest = 1.0
    descending = sorted(range(count), key=lambda index: p_values[index], reverse=True)
    for rank, index in enumerate(descending):
        lowest = min(lowest, p_values[index] * (count / (count - rank)))
        adjusted[index] = lowest
    return adjusted
