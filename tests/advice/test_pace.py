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
        ([(1, 1.0), (3, 9.0)], None),
        # Cells of one stack are told one after another.
        ([(1, 1.0), (1, 1.1), (2, 3.1), (2, 3.2), (3, 5.2)], 2.0),
    ],
)
def test_an_epoch_takes_what_lies_between_two(
    heard: list[tuple[int, float]], seconds: float | None
) -> None:
    pace = Pace()
    for number, processor in heard:
        pace.heard(Epoch("l2", (0,), number, (), processor))
    assert pace.seconds == seconds


@pytest.mark.parametrize("clock", [1.0, 100.0])
def test_a_process_that_took_over_has_a_clock_of_its_own(clock: float) -> None:
    pace = Pace()
    for number, processor, process in ((1, 9.0, 1), (2, 11.0, 1), (3, clock, 2), (4, clock + 2, 2)):
        pace.heard(Epoch("l2", (0,), number, (), processor, process))
    assert pace.seconds == 2
