"""How seeds are dealt into stacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.base.errors import RegscopeError
from regscope.engine.plan import Cost, Stack, Standing, Survey, plan, room, shares

FOLDER = Path("folder")
GB = 10**9


def survey(
    free: float, seed: float, process: float = 0, device: str = "cpu", stackable: bool = True
) -> Survey:
    return Survey(device, device, int(free), Cost(int(process), int(seed)), stackable)


@pytest.mark.parametrize(
    ("seeds", "workers", "sizes"),
    [
        (10, 2, [5, 5]),
        (10, 3, [4, 3, 3]),
        (3, 8, [1, 1, 1]),
        (41, 1, [14, 14, 13]),
        (100, 2, [17, 17, 17, 17, 16, 16]),
        (0, 2, []),
    ],
)
def test_seeds_are_shared_out_evenly(seeds: int, workers: int, sizes: list[int]) -> None:
    found = shares(range(seeds), workers, 20)
    assert [len(share) for share in found] == sizes
    assert [seed for share in found for seed in share] == list(range(seeds))


@pytest.mark.parametrize(
    ("surveyed", "expected"),
    [
        (survey(100 * GB, 1e6), (2, 20)),
        (survey(100 * GB, 1e6, stackable=False), (2, 1)),
        (survey(100 * GB, 1e6, device="cuda:0"), (2, 1024)),
        # 0.8 * 10 / 2 = 4 a worker, 3 of them for its seeds.
        (survey(10 * GB, 1 * GB, 1 * GB), (2, 3)),
        (survey(10 * GB, 3.1 * GB, 1 * GB), (1, 2)),
        (survey(10 * GB, 7 * GB, 1 * GB), (1, 1)),
    ],
)
def test_stacks_and_workers_are_as_many_as_fit(surveyed: Survey, expected: tuple[int, int]) -> None:
    assert room(surveyed, 2) == expected


def test_one_seed_that_does_not_fit_is_refused() -> None:
    with pytest.raises(RegscopeError) as refused:
        room(survey(10 * GB, 7.3 * GB, 1 * GB), 2)
    assert str(refused.value) == (
        "training one seed takes 8.3 GB of memory; 10.0 GB are free on cpu, of which 80% may be"
        " used: choose a smaller model or training.batch_size"
    )


def seeds_of(stacks: tuple[Stack, ...]) -> list[list[int]]:
    return [list(stack.numbers) for stack in stacks]


def test_without_checkpoints_all_seeds_are_dealt() -> None:
    found = plan(range(10), [], 5, FOLDER, 2, 20)
    assert found.finished == ()
    assert found.waiting == (
        Stack((0, 1, 2, 3, 4), FOLDER / "0-4.safetensors"),
        Stack((5, 6, 7, 8, 9), FOLDER / "5-9.safetensors"),
    )


def test_networks_that_do_not_stack_wait_one_by_one() -> None:
    assert seeds_of(plan(range(4), [], 5, FOLDER, 2, 1).waiting) == [[0], [1], [2], [3]]


def test_checkpoints_are_kept_and_only_the_other_seeds_dealt() -> None:
    done, half = Path("done"), Path("half")
    standings = [Standing(half, (2, 3, 4), 3), Standing(done, (0, 1), 5)]
    found = plan(range(10), standings, 5, FOLDER, 2, 20)
    assert found.finished == (Stack((0, 1), FOLDER / "0-1.safetensors", 5, done, (0, 1)),)
    assert found.waiting == (
        Stack((5, 6, 7), FOLDER / "5-7.safetensors"),
        Stack((8, 9), FOLDER / "8-9.safetensors"),
        Stack((2, 3, 4), FOLDER / "2-4.safetensors", 3, half, (0, 1, 2)),
    )


def test_a_seed_goes_on_from_where_it_is_furthest() -> None:
    short, far = Path("short"), Path("far")
    standings = [Standing(short, (0, 1, 2, 3), 2), Standing(far, (1, 2), 4)]
    waiting = plan(range(4), standings, 9, FOLDER, 2, 20).waiting
    assert [(stack.numbers, stack.epoch, stack.origin, stack.slots) for stack in waiting] == [
        ((0, 3), 2, short, (0, 3)),
        ((1, 2), 4, far, (0, 1)),
    ]


def test_a_checkpoint_too_large_for_now_is_cut() -> None:
    whole = Path("whole")
    waiting = plan(range(5), [Standing(whole, (0, 1, 2, 3, 4), 1)], 2, FOLDER, 1, 2).waiting
    assert [(stack.numbers, stack.slots) for stack in waiting] == [
        ((0, 1), (0, 1)),
        ((2, 3), (2, 3)),
        ((4,), (4,)),
    ]
    assert [stack.path.name for stack in waiting] == [
        "0-1.safetensors",
        "2-3.safetensors",
        "4-4.safetensors",
    ]


def test_no_worker_is_idle_while_another_has_seeds_to_give() -> None:
    standings = [Standing(Path("whole"), tuple(range(10)), 3)]
    assert seeds_of(plan(range(10), standings, 9, FOLDER, 3, 20).waiting) == [
        [5, 6, 7, 8, 9],
        [0, 1, 2],
        [3, 4],
    ]


@given(st.data())
def test_every_seed_is_dealt_once_and_no_file_is_written_over(data: st.DataObject) -> None:
    epochs, count = 5, data.draw(st.integers(1, 30))
    drawn = st.lists(st.integers(0, count - 1), unique=True, min_size=1).map(sorted)
    standings = [
        Standing(FOLDER / f"old-{index}", tuple(seeds), data.draw(st.integers(1, epochs)))
        for index, seeds in enumerate(data.draw(st.lists(drawn, max_size=6)))
    ]
    workers, largest = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 12))
    found = plan(range(count), standings, epochs, FOLDER, workers, largest)
    stacks = [*found.finished, *found.waiting]
    assert sorted(seed for stack in stacks for seed in stack.numbers) == list(range(count))
    assert len({stack.path for stack in stacks}) == len(stacks)
    left = sum(len(stack.numbers) for stack in found.waiting)
    assert min(workers, left) <= len(found.waiting)
    for stack in found.waiting:
        assert len(stack.numbers) <= largest
        assert stack.epoch < epochs
    best = {
        seed: max((s.epoch for s in standings if seed in s.numbers), default=0)
        for seed in range(count)
    }
    for stack in stacks:
        assert {best[seed] for seed in stack.numbers} == {stack.epoch}
        if stack.origin is not None:
            (origin,) = [standing for standing in standings if standing.path == stack.origin]
            assert tuple(origin.numbers[slot] for slot in stack.slots) == stack.numbers


@pytest.mark.parametrize(
    ("seeds", "said"),
    [((3,), "seed 3"), ((3, 4, 5), "seeds 3 to 5"), ((3, 5, 9), "3 seeds from 3 to 9")],
)
def test_a_stack_is_spoken_of_by_its_seeds(seeds: tuple[int, ...], said: str) -> None:
    assert str(Stack(seeds, FOLDER)) == said
