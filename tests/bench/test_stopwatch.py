from __future__ import annotations

import pytest

from bench.stopwatch import Stopwatch


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Engine:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def outer(self) -> str:
        self.clock.now += 1
        self.inner()
        self.clock.now += 2
        return "done"

    def inner(self) -> None:
        self.clock.now += 10

    def fail(self) -> None:
        self.clock.now += 4
        raise ValueError("too late")


class Faster(Engine):
    pass


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_outer_stands_still_while_the_inner_runs(clock: Clock) -> None:
    watch, engine = Stopwatch(clock), Engine(clock)
    with watch.watching(Engine, "outer", "outer"), watch.watching(Engine, "inner", "inner"):
        assert engine.outer() == "done"
        clock.now += 100
        engine.inner()
    assert watch.seconds == {"outer": 3, "inner": 20}
    assert watch.calls == {"outer": 1, "inner": 2}


def test_a_whole_keeps_what_runs_inside(clock: Clock) -> None:
    watch, engine = Stopwatch(clock), Engine(clock)
    outer = watch.watching(engine, "outer", "outer", whole=True)
    with outer, watch.watching(engine, "inner", "inner"):
        engine.outer()
        engine.inner()
    assert watch.seconds == {"outer": 13, "inner": 10}


def test_afterwards_all_is_as_before(clock: Clock) -> None:
    watch, engine = Stopwatch(clock), Engine(clock)
    with watch.watching(Faster, "inner", "inner"), watch.watching(engine, "outer", "outer"):
        assert "inner" in vars(Faster)
    assert "inner" not in vars(Faster)
    assert "outer" not in vars(engine)
    engine.outer()
    assert watch.seconds == {}


def test_a_failure_is_charged_too(clock: Clock) -> None:
    watch, engine = Stopwatch(clock), Engine(clock)
    with watch.watching(engine, "fail", "failing"), watch.watching(engine, "inner", "inner"):
        with pytest.raises(ValueError, match="too late"):
            engine.fail()
        engine.inner()
    assert watch.seconds == {"failing": 4, "inner": 10}


def test_what_is_not_there_is_refused(clock: Clock) -> None:
    with pytest.raises(AttributeError), Stopwatch(clock).watching(Engine, "gone", "gone"):
        pass
