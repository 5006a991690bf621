"""What came home of a stack, and from where it goes on when whoever trains it dies."""

from __future__ import annotations

from pathlib import Path

import pytest

from regscope.base.errors import RegscopeError
from regscope.engine.base import Job, Work
from regscope.engine.cluster.flight import DEATHS, Flight
from regscope.engine.messages import Epoch
from regscope.engine.plan import Cost, Stack
from regscope.engine.together import Cells

HOME = Path("2-3.safetensors")
BEGAN = Stack((2, 3), HOME, epoch=4, origin=Path("0-3.safetensors"), slots=(2, 3))


def flight() -> Flight:
    job = Job({}, Path("data"), "test", "cpu", "fastest", 20, Cost(100, 10))
    return Flight(Work(job, Cells(("l1", "l2"), 2), BEGAN, "tiny"))


def epoch(number: int, reg: str = "l1") -> Epoch:
    return Epoch(reg, (0,), number, ())


def test_a_stack_takes_what_its_seeds_take() -> None:
    assert flight().work.bytes == 120


def test_an_epoch_of_a_cell_is_heard_once_however_often_it_is_trained() -> None:
    one = flight()
    assert list(one.new([epoch(5), epoch(5, "l2"), epoch(6)])) == [
        epoch(5),
        epoch(5, "l2"),
        epoch(6),
    ]
    one.died("gone")
    trained_again = [epoch(5), epoch(5, "l2"), epoch(6), epoch(6, "l2"), epoch(7)]
    assert list(one.new(trained_again)) == [epoch(6, "l2"), epoch(7)]


def test_it_goes_on_from_the_newest_state_that_came_home() -> None:
    one = flight()
    one.died("gone")
    assert one.stack == BEGAN
    one.came_home(9, ended=False)
    one.died("gone")
    assert one.stack == Stack((2, 3), HOME, epoch=9, origin=HOME, slots=(0, 1))
    assert not one.ended
    one.came_home(20, ended=True)
    assert one.ended


def test_deaths_that_come_to_nothing_end_it_in_one_line() -> None:
    one = flight()
    for _ in range(DEATHS - 1):
        one.died("gone")
    one.came_home(5, ended=False)
    for _ in range(DEATHS - 1):
        one.died("gone")
    with pytest.raises(RegscopeError) as ended:
        one.died("for want of memory")
    assert str(ended.value) == (
        "tiny: seeds 2 to 3: 3 workers died one after another (for want of memory); run the same"
        " command again to go on"
    )
