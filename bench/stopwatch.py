"""Where time goes: functions of a running program sorted into categories."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Stopwatch:
    """Exclusive seconds by category: while an inner category runs, the outer one stands still.

    `seconds` `{category: seconds}` and `calls` `{category: how often it was entered}`. A category
    that is entered as a `whole` keeps the time of all that runs inside it.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        self.seconds: dict[str, float] = {}
        self.calls: dict[str, int] = {}
        self._open: list[str] = []
        self._since = 0.0
        self._closed = False

    @contextmanager
    def within(self, category: str, whole: bool = False) -> Iterator[None]:
        if self._closed:
            yield
            return
        self._turn()
        self._open.append(category)
        self._closed = whole
        self.calls[category] = self.calls.get(category, 0) + 1
        try:
            yield
        finally:
            self._turn()
            self._open.pop()
            self._closed = False

    def _turn(self) -> None:
        """Charge what has passed to the innermost open category."""
        now = self.clock()
        if self._open:
            category = self._open[-1]
            self.seconds[category] = self.seconds.get(category, 0.0) + now - self._since
        self._since = now

    @contextmanager
    def watching(self, owner: Any, name: str, category: str, whole: bool = False) -> Iterator[None]:
        """Charge every call of `owner.name` to `category` while the block runs.

        `owner` is a module, a class or an object. Raises AttributeError where it has no such name.
        """
        own = name in vars(owner)
        original = vars(owner)[name] if own else getattr(owner, name)

        @functools.wraps(original)
        def watched(*arguments: Any, **options: Any) -> Any:
            with self.within(category, whole):
                return original(*arguments, **options)

        setattr(owner, name, watched)
        try:
            yield
        finally:
            if own:
                setattr(owner, name, original)
            else:
                delattr(owner, name)
