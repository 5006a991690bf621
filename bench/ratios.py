"""Seconds a seed and ratios between ways, from what the harness measured: plain arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Rounds = Sequence[Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Spread:
    """The middle one of several rounds, and the lowest and highest."""

    middle: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


def seconds_a_seed(start: float, rest: float, trained: int, charged: int) -> float:
    """What one of `charged` seeds costs where `trained` seeds took `rest` after one start-up."""
    return (start + charged * rest / trained) / charged


def way_seconds(ran: Mapping[str, Any], charged: int, short: bool) -> float:
    """Seconds a seed of one run; with `short`, without the start-up."""
    return seconds_a_seed(0.0 if short else ran["start"], ran["rest"], seeds(ran), charged)


def seeds(ran: Mapping[str, Any]) -> int:
    """How many of each cell one run trained."""
    return max(len(accuracies) for accuracies in ran["accuracies"].values())


def way_spread(rounds: Rounds, way: str, charged: int, short: bool) -> Spread:
    return spread([way_seconds(ran[way], charged, short) for ran in rounds])


def ratio_spread(rounds: Rounds, way: str, against: str, charged: int, short: bool) -> Spread:
    """How many times as long `way` takes as `against`, round by round."""
    return spread(
        [
            way_seconds(ran[way], charged, short) / way_seconds(ran[against], charged, short)
            for ran in rounds
        ]
    )


def fraction_of_peak(flops: float, seconds: float, peak: float) -> float:
    """Of the `peak` (operations a second), where `flops` operations took `seconds`."""
    return flops / seconds / peak
