"""Stacks trained by Ray: the local engine's bits and files, whatever dies meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import ray

from regscope.base.errors import DivergedError, RegscopeError
from regscope.datasets import Dataset
from regscope.engine.cell import train_cell, training_cells
from regscope.engine.choice import ENGINE
from regscope.engine.cluster.session import ADDRESS
from regscope.engine.messages import Epoch
from regscope.study.params import Study
from tests import tiny
from tests.engine.cluster.asking import asked
from tests.engine.cluster.driving import driven
from tests.engine.cluster.nodes import SMALL, Nodes, cluster, training
from tests.engine.test_cell import same
from tests.engine.test_engines import files, several
from tests.processors import LACKING, PROCESSORS
from tests.regularizers.settings import CELLS

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

NETWORK = """
import time

from torch import nn


class Resting(nn.Module):
    def forward(self, x):
        time.sleep({rest})
        return x


def net(input_shape, classes):
    {line}
    layers = nn.Flatten(), Resting(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, classes)
    return nn.Sequential(*layers)
"""


@pytest.fixture(scope="module")
def three() -> Iterator[Nodes]:
    with cluster(2) as found:
        yield found


@pytest.fixture
def nodes(three: Nodes, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Nodes:
    """Three, of which two train."""
    monkeypatch.setenv(ADDRESS, three.address)
    return three


def by_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENGINE, "ray")


def slow(workspace: Path, epochs: int, seeds: int) -> Study:
    """Some seconds of training on any processor, whose time goes into waiting."""
    (workspace / "nets.py").write_text(NETWORK.format(line="", rest=0.012))
    model = {"kind": "module", "path": "nets.py:net"}
    return tiny.study(model=model, training={"epochs": epochs, "seeds": seeds})


def pairs(epochs: Sequence[Epoch]) -> list[tuple[int, int]]:
    return [(seed, epoch.number) for epoch in epochs for seed in epoch.seeds]


def each_once(seeds: int, epochs: int) -> list[tuple[int, int]]:
    return [(seed, number) for seed in range(seeds) for number in range(1, epochs + 1)]


def test_the_bits_and_the_files_are_those_of_the_local_engine(
    nodes: Nodes, workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
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
        assert sorted(pairs(mine)) == each_once(5, 3)


def test_on_another_processor_portable_arithmetic_gives_the_same_bits(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tiny.study(CELLS["l2"], "adam", training={"seeds": 6, "arithmetic": "portable"})
    expected = train_cell(study, "tested", digits_folder, "tiny")
    by_ray(monkeypatch)
    ray.shutdown()
    with cluster(0) as nodes:
        nodes.add(PROCESSORS.get("SSE4.2", {}), num_cpus=2)
        monkeypatch.setenv(ADDRESS, nodes.address)
        found = train_cell(study, "tested", digits_folder, "tiny")
    assert same(found, expected)
    assert found.arithmetic == ("not portable" if LACKING else "portable")


def test_data_larger_than_the_store_are_trained_on(
    nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray moves them to its disk."""
    size = 720
    pictures = np.random.default_rng(0).integers(0, 256, (180, 1, size, size), dtype=np.uint8)
    assert pictures.nbytes > SMALL
    targets = np.arange(180, dtype=np.int64) % 10
    data = Dataset("image", pictures, targets, tuple("0123456789"), scale=1 / 255)
    data.save(tmp_path / "large")
    study = tiny.study(training={"seeds": 2}, model={"hidden": [2]})
    expected = train_cell(study, "tested", tmp_path / "large", "tiny")
    by_ray(monkeypatch)
    assert same(train_cell(study, "tested", tmp_path / "large", "tiny"), expected)


def test_errors_come_home_in_one_line(
    nodes: Nodes, workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loss that is no longer finite; networks of one's own, which are sent, and one fails."""
    by_ray(monkeypatch)
    wild = tiny.study({"l2": 1e6}, training={"seeds": 2, "epochs": 20})
    with pytest.raises(DivergedError, match=r"^tiny: seed [01], epoch [0-9]+: ") as diverged:
        train_cell(wild, "tested", digits_folder, "tiny")
    assert "\n" not in str(diverged.value)

    model = {"kind": "module", "path": "nets.py:net"}
    (workspace / "nets.py").write_text(NETWORK.format(line="", rest=0))
    own = tiny.study(training={"seeds": 2}, model=model)
    found = train_cell(own, "tested", digits_folder, "tiny")
    monkeypatch.setenv(ENGINE, "local")
    assert same(found, train_cell(own, "tested", digits_folder, "tiny"))

    by_ray(monkeypatch)
    (workspace / "nets.py").write_text(
        NETWORK.format(line="raise ValueError('no\\nnetwork')", rest=0)
    )
    with pytest.raises(RegscopeError, match=r"^tiny: .*: no network .*nets\.py, line 14") as failed:
        train_cell(own, "tested", digits_folder, "tiny")
    assert "\n" not in str(failed.value)

    monkeypatch.setenv("REGSCOPE_DEVICE", "cuda")
    with pytest.raises(RegscopeError) as refused:
        train_cell(tiny.study(), "tested", digits_folder, "tiny")
    assert str(refused.value) == (
        "tiny: none of the cluster's 3 nodes has a GPU and a core to train on"
    )


def test_whoever_asks_is_killed_and_asks_again(
    nodes: Nodes,
    workspace: Path,
    digits_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    study = slow(workspace, 40, 2)
    expected = train_cell(study, "tested", digits_folder, "tiny")
    with asked(workspace, study, digits_folder, {ADDRESS: nodes.address}) as process:
        process.kill()
        process.wait()
    deadline = time.monotonic() + 30
    while training():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    by_ray(monkeypatch)
    assert same(train_cell(study, "tested", digits_folder, "tiny"), expected)
    assert " on from epoch " in capsys.readouterr().out


def test_nodes_and_workers_that_die_cost_an_interval(
    workspace: Path,
    digits_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A node twice and a worker; where no node is left one line says so, and a run goes on."""
    study = slow(workspace, 50, 2)
    monkeypatch.setenv("REGSCOPE_WORKERS", "1")
    monkeypatch.setenv("REGSCOPE_CHECKPOINT_SECONDS", "0.1")
    expected = train_cell(study, "tested", digits_folder, "tiny")
    by_ray(monkeypatch)
    with cluster(1) as nodes:
        monkeypatch.setenv(ADDRESS, nodes.address)
        acts = {5: nodes.replace, 15: lambda: training()[0].kill(), 25: nodes.lose}
        capfd.readouterr()
        first = driven(study, digits_folder, acts)
        assert first.refused == "tiny: none of the cluster's 1 nodes has a core to train on"
        assert len(first.deaths) == 3
        assert capfd.readouterr() == ("", "")
        nodes.add()
        second = driven(study, digits_folder)
        assert (second.refused, second.deaths) == (None, [])
    assert second.found is not None
    assert same(second.found, expected)
    heard, again = pairs(first.heard), pairs(second.heard)
    assert sorted(heard + again) == sorted(
        each_once(2, 50) + [pair for pair in again if pair in heard]
    )
    began = min(number for _, number in again)
    assert 5 < began <= max(number for _, number in heard) + 1
    assert "seeds 0 to 1 go on from epoch" in capfd.readouterr().out
