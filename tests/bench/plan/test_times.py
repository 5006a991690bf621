"""What recorded stacks come to."""

from __future__ import annotations

import pytest

from bench.plan import times as times_of
from bench.plan.times import factors, one_at_a_time, times
from tests.bench.plan.recorded import record, stack


def test_an_epoch_takes_longer_by_as_much_for_every_seed() -> None:
    line = times(record()).epochs["digits", "l2"]
    assert line.seconds(1) == pytest.approx(1.0)
    assert line.seconds(2) == pytest.approx(1.1)
    assert line.seconds(10) == pytest.approx(1.9)
    assert line.seconds(20) == pytest.approx(2.9)


def test_what_a_stack_takes_beside_its_epochs_is_without_its_data() -> None:
    assert times(record()).fixed["digits"] == pytest.approx(0.5)
    loading = record(load=0.3)
    for told in loading["beside"]["stacks"]:
        told["loads"] = True
    assert times(loading).fixed["digits"] == pytest.approx(0.2)


def test_time_that_other_programs_had_is_left_out() -> None:
    shared = record()
    for told in shared["beside"]["stacks"]:
        told["processor"] /= 2
    assert times(shared).epochs["digits", "l2"].seconds(10) == pytest.approx(0.95)
    assert times_of.busy(stack("a/b", 1, 1.0, processor=1000.0)) == 1


def test_a_whole_epoch_is_estimated_by_two_parts_that_share_their_tests() -> None:
    """2 seconds of tests and 0.01 an example."""
    heavy = record()
    heavy["studies"]["fashion"] = heavy["studies"]["digits"] | {"train": 1000, "cells": ["none"]}
    heavy["parts"]["stacks"] = [
        stack("fashion 1 100/none", 1, 1.0, first=3.0) | {"epochs": 1},
        stack("fashion 1 300/none", 1, 1.0, first=5.0) | {"epochs": 1},
    ]
    found = times(heavy)
    assert found.epochs["fashion", "none"].seconds(1) == pytest.approx(12.0)
    assert found.estimated == {"fashion"}


def test_alone_stacks_may_be_faster() -> None:
    found = one_at_a_time(record())
    assert found == pytest.approx({"digits": 0.5, "khan": 1.0, "german": 0.75})
    line = times(record()).faster(found).epochs["digits", "l2"]
    assert (line.alone, line.each) == pytest.approx((0.5, 0.05))


def test_stragglers_are_copies_over_the_middle_one() -> None:
    one, middle, most = factors(record())
    assert (one, middle) == (1.0, 1.0)
    assert most == pytest.approx(200.5 / 100.5)
