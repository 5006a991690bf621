"""How long stacks train, by the epochs that are heard of."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from regscope.engine.messages import Epoch


class Pace:
    """Of one stack: the processor's seconds from each epoch to the next, whatever else the machine
    does; what comes before the first, as starting a process, counts for nothing."""

    def __init__(self) -> None:
        self._heard: list[Epoch] = []

    def heard(self, epoch: Epoch) -> None:
        self._heard.append(epoch)

    @property
    def seconds(self) -> float | None:
        """What an epoch takes, the median; None where no process trained two in a row."""
        steps = [
            later.processor - earlier.processor
            for earlier, later in pairwise(self._heard)
            if later.number == earlier.number + 1 and later.process == earlier.process
        ]
        return median(steps) if steps else None
