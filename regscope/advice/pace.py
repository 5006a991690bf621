"""How long stacks train, by the epochs that are heard of."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from regscope.engine.messages import Epoch


class Pace:
    """Of one stack: the processor's seconds from each epoch to the next, whatever else the machine
    does; what comes before the first, as starting a process, counts for nothing."""

    def __init__(self) -> None:
        self._heard: list[tuple[int, float]] = []

    def heard(self, epoch: Epoch) -> None:
        self._heard.append((epoch.number, epoch.processor))

    @property
    def seconds(self) -> float | None:
        """What an epoch takes, the median; None of fewer than two in a row."""
        steps = [
            later - earlier
            for (before, earlier), (after, later) in pairwise(self._heard)
            if after == before + 1 and later > earlier
        ]
        return median(steps) if steps else None
