"""Stacks on simulated workers: known answers, then what holds for any."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.plan.play import Costs, Played, Task, kept, play

FREE = Costs()


def task(seconds: float, **settings: Any) -> Task:
    return replace(Task("s/none", "s", "portable", 0.0, 1, seconds), **settings)


def tasks(*seconds: float) -> list[Task]:
    return [task(one) for one in seconds]


def longest_first(seconds: list[int]) -> list[Task]:
    return tasks(*sorted(seconds, reverse=True))


def optimum(seconds: list[int], workers: int) -> int:
    """The least time of all deals."""
    deals = itertools.product(range(workers), repeat=len(seconds))
    return min(
        max(sum(s for s, w in zip(seconds, deal, strict=True) if w == worker)
            for worker in range(workers))
        for deal in deals
    )  # fmt: skip


def test_one_worker_takes_the_sum_and_many_the_longest() -> None:
    assert play(tasks(5, 3, 2), 1, FREE).seconds == 10
    assert play(tasks(5, 3, 2), 3, FREE).seconds == 5
    assert play(tasks(5, 3, 2), 4096, FREE).seconds == 5
    assert play(tasks(5, 3, 2), 2, FREE).seconds == 5
    assert play([], 2, FREE).seconds == 0


def test_longest_first_on_two_workers_is_grahams_worst_case() -> None:
    """7/6 of the optimum: 3 + 3 beside 2 + 2 + 2."""
    assert play(tasks(3, 3, 2, 2, 2), 2, FREE).seconds == 7
    assert optimum([3, 3, 2, 2, 2], 2) == 6


def test_a_stack_takes_its_epochs_and_what_is_fixed() -> None:
    assert play([task(2, fixed=1, epochs=4)], 1, FREE).seconds == 9


def test_starts_are_asked_for_one_after_another_and_pass_side_by_side() -> None:
    costs = Costs(asked=1, starts=(10,))
    begun = [span.begin for span in play(tasks(5, 5, 5), 3, costs).spans]
    assert begun == [11, 12, 13]


def test_data_are_loaded_once_as_long_as_a_worker_stays_with_a_study() -> None:
    costs = Costs(loads={"a": 1, "b": 2})
    order = [task(5, study="a"), task(5, study="a"), task(5, study="b"), task(5, study="a")]
    assert play(order, 1, costs).seconds == 20 + 1 + 2 + 1


def test_machines_beyond_the_first_start_a_server_and_fetch_each_study_once() -> None:
    costs = Costs(a_machine=2, server=3, sizes={"s": 8}, bandwidth=2)
    begun = [span.begin for span in play(tasks(9, 9, 9, 9), 4, costs).spans]
    assert begun == [0, 0, 7, 7]
    begun = [span.begin for span in play(tasks(9, 9, 9, 9), 4, Costs(2, server=3)).spans]
    assert begun == [0, 0, 3, 3]
    assert play(tasks(9, 9), 2, costs).seconds == 9


def test_a_process_keeps_its_arithmetic() -> None:
    """It takes the first that waits of its own; where there is none, another one starts."""
    order = [
        task(4, label="1"),
        task(3, label="2", arithmetic="fastest"),
        task(2, label="3"),
        task(1, label="4"),
    ]
    played = play(order, 1, Costs(asked=10))
    assert [order[span.task].label for span in played.spans] == ["1", "3", "4", "2"]
    assert played.seconds == 10 + 4 + 2 + 1 + 10 + 3


@pytest.mark.parametrize(
    ("epochs", "epoch", "expected"), [(8.9, 1, 6), (2.9, 1, 0), (3, 1, 3), (5, 3, 5), (0, 1, 0)]
)
def test_what_is_kept_was_written_after_two_seconds_and_at_the_end_of_an_epoch(
    epochs: float, epoch: float, expected: int
) -> None:
    assert kept(epochs, epoch, checkpoint=2) == expected


def test_a_failure_repeats_what_was_not_written_and_nothing_else() -> None:
    costs = Costs(failures=1 / 40, checkpoint=2.5)
    played = play([task(1, epochs=30, fixed=0.5)], 1, costs, seed=3)
    assert len(played.spans) > 1
    for span, following in itertools.pairwise(played.spans):
        assert following.first == span.last
        assert 0 <= span.lost < 3 + 0.5 + 1
        assert following.begin == span.end
    assert played.spans[-1].last == 30
    assert played.seconds == pytest.approx(sum(s.end - s.begin for s in played.spans))
    assert played.trained == pytest.approx(30 + 0.5)


def test_without_a_seed_nothing_is_drawn() -> None:
    costs = Costs(starts=(1, 2, 30), factors=(0.5, 1, 9), failures=1)
    assert play(tasks(5), 1, costs).seconds == 7


SECONDS = st.lists(st.integers(1, 9), min_size=1, max_size=7)


@given(SECONDS, st.integers(1, 3))
def test_longest_first_takes_at_most_four_thirds_of_the_optimum(
    seconds: list[int], workers: int
) -> None:
    """Graham 1969: 4/3 - 1/(3 workers)."""
    found = play(longest_first(seconds), workers, FREE).seconds
    best = optimum(seconds, workers)
    assert best <= found <= (4 / 3 - 1 / (3 * workers)) * best + 1e-9


@given(SECONDS, st.integers(1, 6))
def test_without_costs_no_order_is_beyond_grahams_bound(seconds: list[int], workers: int) -> None:
    found = play(tasks(*seconds), workers, FREE).seconds
    assert max(max(seconds), sum(seconds) / workers) <= found
    assert found <= sum(seconds) / workers + (1 - 1 / workers) * max(seconds) + 1e-9


TASKS = st.lists(
    st.builds(
        Task,
        st.just("s/none"),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["portable", "fastest"]),
        st.floats(0, 2),
        st.integers(1, 30),
        st.floats(0.01, 3),
    ),
    min_size=1,
    max_size=12,
)
COSTS = st.builds(
    Costs,
    a_machine=st.integers(1, 3),
    server=st.floats(0, 5),
    asked=st.floats(0, 1),
    starts=st.just((0.1, 0.5)),
    loads=st.just({"a": 0.5}),
    sizes=st.just({"a": 10, "b": 100}),
    bandwidth=st.floats(1, 100),
    factors=st.just((0.9, 1.0, 1.6)),
    failures=st.floats(0, 0.02),
    checkpoint=st.floats(0, 30),
)


def of(played: Played, worker: int) -> list[tuple[float, float]]:
    return sorted((span.begin, span.end) for span in played.spans if span.worker == worker)


@given(TASKS, st.integers(1, 5), COSTS, st.integers(0, 99))
def test_every_stack_is_trained_once_and_no_worker_is_at_two(
    order: list[Task], workers: int, costs: Costs, seed: int
) -> None:
    played = play(order, workers, costs, seed)
    for worker in range(workers):
        for (_, end), (begin, _) in itertools.pairwise(of(played, worker)):
            assert end <= begin
    for index, one in enumerate(order):
        spans = sorted((s for s in played.spans if s.task == index), key=lambda s: s.begin)
        assert [span.first for span in spans] == [0, *(span.last for span in spans[:-1])]
        assert spans[-1].last == one.epochs
        assert spans[-1].lost == 0
        for before, after in itertools.pairwise(spans):
            assert before.end <= after.begin
    assert 0 <= played.trained <= workers * played.seconds + 1e-9
    assert math.isclose(played.seconds, max(span.end for span in played.spans))
