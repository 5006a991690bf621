from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bench import data, harness, jobs


def test_processes_one_after_another_add_up() -> None:
    one = {"wall": 3.0, "start": 1.0, "rest": 2.0, "memory": 5, "versions": {"torch": "2"}}
    two = {"wall": 4.0, "start": 1.5, "rest": 2.5, "memory": 7, "versions": {"torch": "2"}}
    ran = [one | {"accuracies": {"none": [[0.9]]}}, two | {"accuracies": {"l1": [[0.8]]}}]
    assert harness.combined(ran) == {
        "wall": 7.0,
        "start": 2.5,
        "rest": 4.5,
        "memory": 7,
        "accuracies": {"none": [[0.9]], "l1": [[0.8]]},
        "versions": {"torch": "2"},
    }


def test_every_way_runs_once_in_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    order = []

    def run_way(way: harness.Way, seed: int, pythons: Mapping[str, Path]) -> dict[str, Any]:
        order.append((way.name, seed))
        return {"wall": 0.0}

    monkeypatch.setattr(harness, "run_way", run_way)
    ways = harness.mnist_ways(jobs.mnist())[:2]
    rounds = harness.measure(ways, rounds=2)
    assert order == [("dataloader", 0), ("keras", 0), ("dataloader", 1), ("keras", 1)]
    assert [list(ran) for ran in rounds] == [["dataloader", "keras"]] * 2


def test_a_way_that_trains_seeds_side_by_side_trains_those_of_the_job(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And no round has those of another."""
    commands = []

    def ran(command: list[str]) -> dict[str, Any]:
        commands.append(command)
        return {"wall": 1.0, "start": 0.0, "rest": 1.0, "memory": 0,
                "accuracies": {}, "versions": {}}  # fmt: skip

    monkeypatch.setattr(harness, "_ran", ran)
    monkeypatch.setattr(data, "folder", lambda job: tmp_path)
    way = next(way for way in harness.mnist_ways(jobs.mnist()) if way.name == "jax")
    for seed in range(2):
        harness.run_way(way, seed, {"jax_vmap": Path("its") / "python"})
    for command, first in zip(commands, ("0", "10"), strict=True):
        assert command[:3] == [str(Path("its") / "python"), "-m", "bench.ways.jax_vmap"]
        assert command[command.index("--data") + 1] == str(tmp_path)
        assert command[command.index("--seed") + 1] == first
        assert command[command.index("--seeds") + 1] == "10"


def test_the_job_is_the_study_with_four_cells() -> None:
    job = jobs.mnist()
    assert job.cells == ("none", "l1", "l2", "dropout")
    assert job.study.model_dump()["model"]["hidden"] == (128, 64)
    assert (job.epochs, job.seeds, job.train, job.test) == (5, 10, 60_000, 10_000)


def test_the_short_job_tests_on_the_same_part_as_it_trains_on() -> None:
    job = jobs.fashion("bfloat16")
    assert job.train / 60_000 == pytest.approx(job.test / 10_000)
    assert job.block["training"]["precision"] == "bfloat16"
    assert job.study.train_size == job.train == 64 * jobs.STEPS
