"""How long stacks train, by when their epochs are heard of."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import monotonic


class Pace:
    """Of one stack: the seconds from each epoch to the next, so that what comes before the first,
    as starting a process, counts for nothing. `now` gives seconds."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._heard: list[tuple[int, float]] = []

    def heard(self, epoch: int) -> None:
        """That the stack has trained this epoch."""
        self._heard.append((epoch, self._now()))

    @property
    def seconds(self) -> float | None:
        """What an epoch takes, the median; None of fewer than two in a row."""
        steps = [
            later - earlier
            for (before, earlier), (after, later) in zip(self._heard, self._heard[1:], strict=False)
            if after == before + 1
        ]
        return median(steps) if steps else None
