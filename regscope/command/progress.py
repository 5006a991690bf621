"""How far long work is, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(label: str) -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None]]]:
    """What says a line above the bar, and what is told how much of how much is done."""
    from tqdm import tqdm

    from regscope.engine.bar import LOOKS

    with tqdm(desc=label, unit="epoch", **LOOKS) as shown:

        def say(line: str) -> None:
            shown.write(line)

        def told(done: int, whole: int) -> None:
            if whole != shown.total or done < shown.n:
                shown.reset(total=whole)
            shown.update(done - shown.n)

        yield say, told
