"""Stacks trained by Ray: the local engine's bits and files, whatever dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regscope.engine.cell import train_cell, training_cell, training_cells
from regscope.engine.choice import ENGINE
from regscope.engine.cluster.session import ADDRESS
from regscope.engine.messages import Epoch
from regscope.study.params import Study
from tests import tiny
from tests.engine.cluster.nodes import Nodes, cluster
from tests.engine.test_cell import same
from tests.engine.test_engines import files, several
from tests.regularizers.settings import CELLS

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def three() -> Iterator[Nodes]:
    with cluster(2) as found:
        yield found


@pytest.fixture
def on_three(three: Nodes, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Nodes:
    """After what the local engine is to come to: `by_ray`."""
    monkeypatch.setenv(ADDRESS, three.address)
    return three


def by_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENGINE, "ray")


def long() -> Study:
    """Some seconds of training, in two stacks where there are two workers."""
    return tiny.study(CELLS["everything"], "adam", training={"epochs": 120, "seeds": 4})


def at(numbers: dict[int, Callable[[], None]]) -> Callable[[Epoch], None]:
    """Do something when an epoch of that number is heard the first time."""

    def heard(epoch: Epoch) -> None:
        if act := numbers.pop(epoch.number, None):
            act()

    return heard


def test_the_bits_and_the_files_are_those_of_the_local_engine(
    on_three: Nodes, workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGSCOPE_WORKERS", "2")
    study, regs = several(), ["weak", "strong", "other"]
    with training_cells(study, regs, digits_folder, "tiny") as expected:
        left = files(workspace)
    by_ray(monkeypatch)
    told: list[Epoch] = []
    with training_cells(study, regs, digits_folder, "tiny", watch=told.append) as found:
        assert files(workspace) == left
    assert len(left) >= 2
    for reg in regs:
        assert same(found[reg], expected[reg]), reg
        mine = [epoch for epoch in told if epoch.reg == reg]
        numbers = sorted((seed, epoch.number) for epoch in mine for seed in epoch.seeds)
        assert numbers == [(seed, number) for seed in range(5) for number in (1, 2, 3)]


def test_nodes_that_die_cost_no_more_than_an_interval(
    on_three: Nodes, workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = train_cell(long(), "tested", digits_folder, "tiny")
    by_ray(monkeypatch)
    monkeypatch.setenv("REGSCOPE_CHECKPOINT_SECONDS", "0.1")
    nodes = [on_three.add() for _ in range(2)]
    told: list[Epoch] = []
    die = at({20: lambda: on_three.kill(nodes[0]), 60: lambda: on_three.kill(nodes[1])})

    def watch(epoch: Epoch) -> None:
        told.append(epoch)
        die(epoch)

    with training_cell(long(), "tested", digits_folder, "tiny", watch=watch) as found:
        assert same(found, expected)
    numbers = sorted((seed, epoch.number) for epoch in told for seed in epoch.seeds)
    assert numbers == [(seed, number) for seed in range(4) for number in range(1, 121)]
