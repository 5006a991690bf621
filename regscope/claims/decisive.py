"""Which of a claim's comparisons decides it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from regscope.claims.evidence import Pair


@dataclass(frozen=True)
class Decisive:
    """The comparison that decides a claim, with the p that goes into Holm's correction.

    `found`: all of the claim's comparisons.
    """

    pair: Pair
    p_value: float
    found: list[Pair]


def decisive(found: list[Pair]) -> Decisive:
    """The comparison that speaks least for the claim.

    If even that one speaks for it, all do, and its p is that of the whole (an intersection-union
    test). If it speaks against the claim, it was picked out of all: its p is multiplied by their
    number (Bonferroni).
    """

    def support(pair: Pair) -> tuple[float, float]:
        effect = pair.finding.oriented.mean
        surprise = -math.log(max(pair.finding.p_value, 1e-300))
        return math.copysign(surprise, effect) if effect else 0.0, effect

    hardest = min(found, key=support)
    p_value = hardest.finding.p_value
    if hardest.finding.oriented.mean < 0:
        p_value = min(1.0, p_value * len(found))
    return Decisive(hardest, p_value, found)
