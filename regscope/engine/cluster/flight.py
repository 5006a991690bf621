"""A stack that is under way in a cluster: what of it has come home, and how often it was lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from regscope.base.errors import AGAIN, RegscopeError
from regscope.engine.base import Work
from regscope.engine.messages import Epoch

DEATHS = 3
"""So often whoever trains a stack may die with no newer state come home."""


class Flight:
    """`stack` is what is to be trained still, from the newest state that came home."""

    def __init__(self, work: Work) -> None:
        self.work, self.stack = work, work.stack
        self.begun = self.ended = False
        self._deaths = 0
        self._heard: dict[str, int] = {}

    def new(self, epochs: Iterable[Epoch]) -> Iterator[Epoch]:
        """Those that were not heard before."""
        for epoch in epochs:
            if epoch.number > self._heard.get(epoch.reg, self.work.stack.epoch):
                self._heard[epoch.reg] = epoch.number
                yield epoch

    def came_home(self, epoch: int, ended: bool) -> None:
        """The state after `epoch` lies in the stack's own file."""
        self.stack = replace(self.work.stack.trained(), epoch=epoch)
        self.ended, self._deaths = ended, 0

    def died(self, why: str) -> None:
        """Whoever trained it is gone; it is to be trained again from `stack`.

        Raises RegscopeError where that has come to nothing DEATHS times.
        """
        self.begun = False
        self._deaths += 1
        if self._deaths == DEATHS:
            raise RegscopeError(
                f"{self.work.label}: {self.work.stack}: {DEATHS} workers died one after another"
                f" ({why}); {AGAIN}"
            )
