"""Cells on worker processes."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import threading
from pathlib import Path
from typing import Literal

import numpy as np
import psutil
import pytest
from filelock import FileLock
from safetensors.torch import load_file

from regscope.datasets import Dataset
from regscope.errors import RegscopeError
from regscope.files import write_tensors
from regscope.networks import MODEL_FILE, load_networks
from regscope.params import Study
from regscope.training import cell
from regscope.training.cell import checkpoint_seconds, shares, train_cell, worker_count
from tests import tiny
from tests.regularizers.settings import CELLS
from tests.training import processes

Holdout = Literal["test", "validation"]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_number_of_workers_changes_nothing(
    optimizer: str, workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tiny.study(CELLS["everything"], optimizer)
    trained = []
    for workers in ("1", "2", "3"):
        monkeypatch.setenv("REGSCOPE_WORKERS", workers)
        trained.append(train_cell(study, "tested", digits_folder, "tiny/tested"))
    first = trained[0]
    assert first.seeds == (0, 1, 2, 3, 4)
    for other in trained[1:]:
        assert other.seeds == first.seeds
        assert list(other.state) == list(first.state)
        assert [
            name for name in first.state if not np.array_equal(other.state[name], first.state[name])
        ] == []
        assert np.array_equal(other.history, first.history)


def test_the_number_of_workers_changes_nothing_at_widths_that_fill_no_vector(
    workspace: Path, digits_folder: Path
) -> None:
    """In processes without what this one sets for MKL."""
    study = tiny.study({"dropout": 0.3}, "adam", model={"hidden": [13, 7]})
    outs = [workspace / f"{workers}.safetensors" for workers in (1, 2, 3)]
    runs = [
        processes.start(processes.command(study, digits_folder, out), REGSCOPE_WORKERS=str(workers))
        for workers, out in enumerate(outs, 1)
    ]
    assert [run.communicate()[1] for run in runs] == ["", "", ""]
    first, *others = map(load_file, outs)
    assert [tiny.differences(other, first) for other in others] == [{}, {}]


def test_more_seeds_leave_the_first_as_they_were(workspace: Path, digits_folder: Path) -> None:
    few, many = (
        train_cell(
            tiny.study(CELLS["everything"], "adam", training={"seeds": seeds}),
            "tested",
            digits_folder,
            "tiny/tested",
        )
        for seeds in (2, 5)
    )
    for name, tensor in few.state.items():
        assert np.array_equal(many.state[name][:2], tensor), name
    assert np.array_equal(many.history[:, :2], few.history)


def test_a_trained_cell_reads_back_into_plain_networks(
    workspace: Path, digits_folder: Path, digits: Dataset
) -> None:
    study = tiny.study({"dropout": 0.3, "batch_norm": True}, training={"seeds": 3})
    trained = train_cell(study, "tested", digits_folder, "tiny/tested")
    in_process = tiny.trained(study, digits, [0, 1, 2])
    write_tensors(workspace / MODEL_FILE, trained.state)
    networks = load_networks(study, "tested", workspace, digits)
    assert len(networks) == 3
    for seed, network in enumerate(networks):
        assert not network.training
        expected = {name: value[seed] for name, value in in_process.model.state_dict().items()}
        assert tiny.differences(network.state_dict(), expected) == {}


def test_weights_of_another_architecture_are_refused(
    workspace: Path, digits_folder: Path, digits: Dataset
) -> None:
    trained = train_cell(tiny.study(training={"seeds": 1}), "tested", digits_folder, "tiny/tested")
    write_tensors(workspace / MODEL_FILE, trained.state)
    with pytest.raises(RegscopeError) as refused:
        load_networks(tiny.study({"batch_norm": True}), "tested", workspace, digits)
    start_of_line = f"{workspace / MODEL_FILE}: not this study's model: "
    assert str(refused.value).startswith(start_of_line)
    assert "hidden1_norm.weight" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_diverged_loss_names_cell_seed_and_epoch(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGSCOPE_WORKERS", "1")
    study = tiny.study({"l2": 0.01}, training={"learning_rate": 1e6, "epochs": 20})
    with pytest.raises(RegscopeError) as stopped:
        train_cell(study, "tested", digits_folder, "tiny/tested")
    assert str(stopped.value) == (
        "tiny/tested: seed 0, epoch 1: the loss is no longer finite; try a smaller"
        " training.learning_rate (now 1e+06)"
    )
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("wrong", ["abc", "-1", "nan"])
def test_a_wrong_time_between_checkpoints_is_refused(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGSCOPE_CHECKPOINT_SECONDS", wrong)
    with pytest.raises(RegscopeError) as refused:
        checkpoint_seconds()
    line = f"REGSCOPE_CHECKPOINT_SECONDS = {wrong}: must be a number of at least 0"
    assert str(refused.value) == line


def test_a_truncated_data_set_names_the_file(workspace: Path, digits_folder: Path) -> None:
    shutil.copytree(digits_folder, workspace / "short")
    file = workspace / "short/data.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(RegscopeError) as refused:
        train_cell(tiny.study(), "tested", workspace / "short", "tiny/tested")
    assert "short/data.safetensors: not whole" in str(refused.value)


def test_a_worker_that_dies_is_an_error_and_ends_the_others(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tiny.study(training={"epochs": 100_000})
    known = {child.pid for child in psutil.Process().children(recursive=True)}

    def kill_one_of_two_workers() -> None:
        # The server that forks them stays for the next cell.
        processes.wait_until(lambda: len(workers()) == 2, 30)
        workers()[0].kill()

    def workers() -> list[psutil.Process]:
        children = psutil.Process().children(recursive=True)
        return [
            child for child in children if child.pid not in known and child.ppid() != os.getpid()
        ]

    monkeypatch.setenv("REGSCOPE_WORKERS", "2")
    killer = threading.Thread(target=kill_one_of_two_workers)
    killer.start()
    with pytest.raises(RegscopeError) as stopped:
        train_cell(study, "tested", digits_folder, "tiny/tested")
    killer.join()
    assert str(stopped.value) == "tiny/tested: a worker process died"
    assert multiprocessing.active_children() == []


def test_a_cell_that_another_run_holds_is_trained_apart(
    workspace: Path, digits_folder: Path
) -> None:
    study = tiny.study(CELLS["everything"], "adam")
    expected = train_cell(study, "tested", digits_folder, "tiny/tested")
    (lock,) = (workspace / ".regscope" / "checkpoints").glob("*.lock")
    held = lock.with_suffix("")
    held.mkdir()
    (held / "0-2.safetensors").write_bytes(b"another run's")
    with FileLock(lock):
        found = train_cell(study, "tested", digits_folder, "tiny/tested")
    assert [
        name for name in found.state if not np.array_equal(found.state[name], expected.state[name])
    ] == []
    assert (held / "0-2.safetensors").read_bytes() == b"another run's"
    assert [path.name for path in held.parent.iterdir() if path != lock] == [held.name]


def test_a_finished_cell_leaves_no_checkpoint_and_no_worker(
    workspace: Path, digits_folder: Path
) -> None:
    train_cell(tiny.study(), "tested", digits_folder, "tiny/tested")
    assert list(workspace.rglob("*.safetensors")) == []
    assert multiprocessing.active_children() == []


def test_checkpoints_are_kept_apart_by_what_decides_the_numbers_alone(
    workspace: Path, digits_folder: Path
) -> None:
    def places(study: Study, reg: str = "tested", holdout: Holdout = "test") -> list[str]:
        train_cell(study, reg, digits_folder, "tiny", holdout)
        return sorted(lock.name for lock in workspace.rglob("*.lock"))

    once = {"epochs": 1, "seeds": 1}
    study = tiny.study({"l1": 0.1}, training=once)
    first = places(study)
    assert len(first) == 1
    renamed = study.model_copy(update={"title": "Another"})
    assert places(renamed) == first
    assert places(tiny.study({"l1": {"strength": 0.1}}, training=once)) == first
    assert len(places(tiny.study({"l1": 0.2}, training=once))) == 2
    assert len(places(study, "none")) == 3
    assert len(places(study, "tested", "validation")) == 4
    assert len(places(tiny.study({"l1": 0.1}, training={**once, "epochs": 2}))) == 5


def test_workers_default_to_the_cores_and_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGSCOPE_WORKERS", raising=False)
    assert worker_count() == len(os.sched_getaffinity(0))
    monkeypatch.setenv("REGSCOPE_WORKERS", "7")
    assert worker_count() == 7


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5", "²"])
def test_a_wrong_number_of_workers_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGSCOPE_WORKERS", wrong)
    with pytest.raises(RegscopeError) as refused:
        worker_count()
    assert str(refused.value) == f"REGSCOPE_WORKERS = {wrong}: must be a whole number of at least 1"


@pytest.mark.parametrize(
    ("seeds", "workers", "sizes"),
    [
        (10, 2, [5, 5]),
        (10, 3, [4, 3, 3]),
        (3, 8, [1, 1, 1]),
        (41, 1, [14, 14, 13]),
        (100, 2, [17, 17, 17, 17, 16, 16]),
    ],
)
def test_seeds_are_shared_out_evenly(
    seeds: int, workers: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGSCOPE_WORKERS", str(workers))
    found = shares(range(seeds))
    assert [len(share) for share in found] == sizes
    assert [seed for share in found for seed in share] == list(range(seeds))
    assert max(map(len, found)) <= cell.LARGEST_STACK
