"""What nodes have, what a stack needs, and how many stacks are under way."""

from __future__ import annotations

import pytest

from regscope.engine.cluster.nodes import Need, Node, alive, allowed, lacking, slots

LAPTOP = Node("10.0.0.1", cores=0, gpus=0, memory=8 * 10**9)
LARGE = Node("10.0.0.2", cores=16, gpus=0, memory=64 * 10**9)
GPUS = Node("10.0.0.3", cores=4, gpus=8, memory=10**9)


def test_nodes_that_died_and_what_is_no_whole_core_do_not_count() -> None:
    def described(address: str, there: bool, **resources: float) -> dict[str, object]:
        return {"NodeManagerAddress": address, "Alive": there, "Resources": resources}

    found = alive(
        [
            described("a", True, CPU=2.5, memory=100.0, object_store_memory=7.0),
            described("b", False, CPU=8.0, memory=100.0),
            described("c", True, GPU=1.0),
        ]
    )
    assert found == [Node("a", 2, 0, 100), Node("c", 0, 1, 0)]


def test_a_gpu_trains_one_stack_and_takes_a_core() -> None:
    assert slots([LAPTOP, LARGE, GPUS], gpu=False) == 20
    assert slots([LAPTOP, LARGE, GPUS], gpu=True) == 4
    assert Need(7).options == {"num_cpus": 1, "memory": 7}
    assert Need(gpu=True).options == {"num_cpus": 1, "num_gpus": 1}


@pytest.mark.parametrize(
    ("nodes", "need", "expected"),
    [
        ([LAPTOP, LARGE], Need(64 * 10**9), None),
        ([GPUS], Need(gpu=True), None),
        ([], Need(1), "none of the cluster's 0 nodes has a core to train on"),
        ([LAPTOP], Need(1), "none of the cluster's 1 nodes has a core to train on"),
        (
            [LAPTOP, LARGE],
            Need(gpu=True),
            "none of the cluster's 2 nodes has a GPU and a core to train on",
        ),
        (
            [LAPTOP, GPUS],
            # The laptop, which trains nothing, has as much.
            Need(2 * 10**9),
            "no node of the cluster has a core and 2000 MB of memory: the most memory that one"
            " gives Ray is 1000 MB",
        ),
    ],
)
def test_what_no_node_will_ever_have_is_said(
    nodes: list[Node], need: Need, expected: str | None
) -> None:
    assert lacking(nodes, need) == expected


@pytest.mark.parametrize(
    ("workers", "there", "all_of_them", "expected"),
    [(20, 20, True, 40), (20, 5, True, 10), (20, 40, True, 80), (3, 20, False, 3), (4, 0, True, 1)],
)
def test_twice_as_many_stacks_as_slots_are_under_way_at_most(
    workers: int, there: int, all_of_them: bool, expected: int
) -> None:
    """As many as asked for, where that is fewer than there are slots."""
    assert allowed(workers, there, all_of_them) == expected
