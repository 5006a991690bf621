"""How long stacks train."""

from __future__ import annotations

import pytest

from regscope.advice.pace import Pace
from regscope.engine.messages import Epoch


@pytest.mark.parametrize(
    ("heard", "seconds"),
    [
        ([], None),
        ([(1, 5.0)], None),
        ([(1, 5.0), (2, 7.0), (3, 8.0), (4, 11.0)], 2.0),
        # A process that took over at a checkpoint has a clock of its own.
        ([(1, 9.0), (2, 10.0), (3, 1.0), (4, 4.0)], 2.0),
        ([(1, 1.0), (3, 9.0)], None),
    ],
)
def test_an_epoch_takes_what_lies_between_two(
    heard: list[tuple[int, float]], seconds: float | None
) -> None:
    pace = Pace()
    for number, processor in heard:
        pace.heard(Epoch("l2", (0,), number, (), processor))
    assert pace.seconds == seconds
