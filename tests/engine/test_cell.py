"""Cells on worker processes."""

from __future__ import annotations

import errno
import multiprocessing
import os
import re
import shutil
import threading
from pathlib import Path
from typing import Literal

import numpy as np
import psutil
import pytest
import torch
from filelock import FileLock
from safetensors.torch import load_file

from regscope.base import paths
from regscope.base.errors import DivergedError, RegscopeError
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.engine import cell, checkpoints, local
from regscope.engine.cell import (
    checkpoint_seconds,
    chosen_workers,
    train_cell,
    train_cells,
    training_cell,
    training_cells,
)
from regscope.engine.local import Local
from regscope.engine.messages import Epoch
from regscope.engine.trained import TrainedCell
from regscope.study.networks import MODEL_FILE, load_networks
from regscope.study.params import Study
from tests import tiny
from tests.regularizers.settings import CELLS, ENOUGH, PARTICULAR
from tests.training import processes

Holdout = Literal["test", "validation"]


def same(found: TrainedCell, expected: TrainedCell) -> bool:
    """Bit for bit."""
    assert found.seeds == expected.seeds
    assert list(found.state) == list(expected.state)
    states = zip(found.state.values(), expected.state.values(), strict=True)
    return all(np.array_equal(*pair) for pair in states) and np.array_equal(
        found.history, expected.history
    )


@pytest.mark.parametrize(
    ("names", "optimizer"),
    [
        (sorted(ENOUGH.keys() - PARTICULAR), "adam"),
        *(([name], "adam") for name in sorted(PARTICULAR)),
        (["everything"], "sgd"),
    ],
)
def test_the_number_of_workers_changes_nothing(
    names: list[str],
    optimizer: str,
    workspace: Path,
    digits_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = tiny.study(CELLS[names[0]], optimizer).model_dump(mode="json", exclude_none=True)
    settings["regularizers"] = {"none": {}} | {name: CELLS[name] for name in names}
    study = Study.model_validate(settings)
    trained = []
    for workers in ("1", "3"):
        monkeypatch.setenv("REGSCOPE_WORKERS", workers)
        trained.append(train_cells(study, names, digits_folder, "tiny"))
    for name in names:
        assert trained[0][name].seeds == (0, 1, 2, 3, 4)
        assert same(trained[1][name], trained[0][name]), name


def test_more_stacks_than_workers_are_trained_one_after_another(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tiny.study(CELLS["everything"], "adam")
    together = train_cell(study, "tested", digits_folder, "tiny/tested")
    monkeypatch.setattr(cell, "room", lambda *_: (2, 1))
    assert same(train_cell(study, "tested", digits_folder, "tiny/tested"), together)


def test_the_number_of_workers_changes_nothing_at_widths_that_fill_no_vector(
    workspace: Path, digits_folder: Path
) -> None:
    """In processes without what this one sets for MKL."""
    study = tiny.study({"dropout": 0.3}, "adam", model={"hidden": [13, 7]})
    outs = {workers: workspace / f"{workers}.safetensors" for workers in (1, 3)}
    runs = [
        processes.start(processes.command(study, digits_folder, out), REGSCOPE_WORKERS=str(workers))
        for workers, out in outs.items()
    ]
    assert [run.communicate()[1] for run in runs] == ["", ""]
    first, other = map(load_file, outs.values())
    assert tiny.differences(other, first) == {}


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
    assert "hidden2_norm.running_var" in str(refused.value)
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
    assert same(found, expected)
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


def test_workers_default_to_the_cores_or_one_a_gpu_and_can_be_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Local().workers("cpu") == len(os.sched_getaffinity(0))
    assert Local().workers("cuda:1") == 1
    monkeypatch.delenv("REGSCOPE_WORKERS", raising=False)
    assert chosen_workers() is None
    monkeypatch.setenv("REGSCOPE_WORKERS", "7")
    assert chosen_workers() == 7


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5", "²"])
def test_a_wrong_number_of_workers_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGSCOPE_WORKERS", wrong)
    with pytest.raises(RegscopeError) as refused:
        chosen_workers()
    assert str(refused.value) == f"REGSCOPE_WORKERS = {wrong}: must be a whole number of at least 1"


def test_the_device_is_stated(workspace: Path, digits_folder: Path) -> None:
    study = tiny.study(training={"epochs": 1, "seeds": 1})
    assert train_cell(study, "tested", digits_folder, "tiny/tested").device == "cpu"


def test_a_device_that_is_not_there_is_refused(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGSCOPE_DEVICE", "cuda:99")
    with pytest.raises(RegscopeError) as refused:
        train_cell(tiny.study(), "tested", digits_folder, "tiny/tested")
    seen = ", ".join(["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))])
    line = f"tiny/tested: REGSCOPE_DEVICE = cuda:99: not here; torch sees: {seen}"
    assert str(refused.value) == line


def test_what_does_not_fit_is_refused_before_anything_is_trained(
    workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "free_memory", lambda: 1_000_000)
    with pytest.raises(RegscopeError) as refused:
        train_cell(tiny.study(), "tested", digits_folder, "tiny/tested")
    assert re.fullmatch(
        "tiny/tested: training one seed takes [0-9]+ MB of memory; 1 MB are free on cpu, of which"
        " 80% may be used: choose a smaller model or training.batch_size",
        str(refused.value),
    )
    assert list(workspace.iterdir()) == []


def test_a_network_larger_than_all_memory_is_refused_unmade(
    workspace: Path, digits_folder: Path
) -> None:
    study = tiny.study(model={"hidden": [100_000, 100_000, 100_000, 100_000, 100_000]})
    with pytest.raises(RegscopeError) as refused:
        train_cell(study, "tested", digits_folder, "tiny/tested")
    assert re.match(r"tiny/tested: training one seed takes [0-9]{3}\.[0-9] GB", str(refused.value))


@pytest.mark.parametrize("name", ["elastic_net", "everything"])
def test_another_plan_goes_on_from_what_is_there(
    name: str,
    workspace: Path,
    digits_folder: Path,
    digits: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A finished stack, a half-done one, one that begins again in part and seeds without any."""
    study = tiny.study(CELLS[name], "adam", training={"seeds": 9, "epochs": 4})
    undisturbed = train_cell(study, "tested", digits_folder, "tiny/tested")
    (lock,) = (workspace / ".regscope" / "checkpoints").glob("*.lock")
    for seeds, epochs in (([0, 1], 4), ([3, 4, 5], 2), ([1, 2, 3], 1)):
        stood = tiny.trainer(study, digits, seeds)
        stood.settings = study.training.model_copy(update={"epochs": epochs})
        stood.run()
        stood.history[1, :, 0] = 100 * epochs
        checkpoints.save(lock.with_suffix("") / f"{epochs}.safetensors", stood.state())
    monkeypatch.setenv("REGSCOPE_WORKERS", "2")
    resumed = train_cell(study, "tested", digits_folder, "tiny/tested")
    assert capsys.readouterr().out.splitlines() == [
        "tiny/tested: 2 seeds are finished",
        "tiny/tested: seeds 3 to 5 go on from epoch 2",
        "tiny/tested: seed 2 goes on from epoch 1",
    ]
    # A mark that only a run which goes on from there carries to the end.
    undisturbed.history[1, :6, 0] = [400, 400, 100, 200, 200, 200]
    assert same(resumed, undisturbed)


def test_a_finished_cell_is_only_gathered(
    workspace: Path, digits_folder: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tiny.study(CELLS["everything"], training={"seeds": 3})
    undisturbed = train_cell(study, "tested", digits_folder, "tiny/tested")
    (lock,) = (workspace / ".regscope" / "checkpoints").glob("*.lock")
    for seeds in ([2], [0, 1]):
        ended = tiny.trained(study, digits, seeds)
        checkpoints.save(lock.with_suffix("") / f"{seeds[0]}.safetensors", ended.state())
    assert same(train_cell(study, "tested", digits_folder, "tiny/tested"), undisturbed)


@pytest.mark.parametrize("workers", ["1", "3"])
def test_cells_trained_together_are_what_they_are_alone(
    workers: str, workspace: Path, digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGSCOPE_WORKERS", workers)
    settings = tiny.study(optimizer="adam").model_dump(mode="json", exclude_none=True)
    settings["regularizers"] = {"none": {}, "weak": {"l1": 1e-4}, "strong": {"dropout": 0.5}}
    study = Study.model_validate(settings)
    together = train_cells(study, ["weak", "strong"], digits_folder, "tiny", "validation")
    assert list(together) == ["weak", "strong"]
    for reg, trained in together.items():
        alone = train_cell(study, reg, digits_folder, f"tiny/{reg}", "validation")
        assert same(trained, alone), reg
    assert not any(path.is_dir() for path in paths.checkpoints().iterdir())


def test_of_several_cells_the_one_that_diverges_is_named(
    workspace: Path, digits_folder: Path
) -> None:
    settings = tiny.study().model_dump(mode="json", exclude_none=True)
    settings["regularizers"] = {"none": {}, "weak": {"l2": 1e-4}, "strong": {"l2": 1e5}}
    with pytest.raises(RegscopeError, match=r"^tiny: strong: seed 0, epoch 1: the loss"):
        train_cells(Study.model_validate(settings), ["weak", "strong"], digits_folder, "tiny")


def test_of_several_cells_those_that_do_not_diverge_are_kept(
    workspace: Path, digits_folder: Path
) -> None:
    """For a run without the one that does."""
    settings = tiny.study().model_dump(mode="json", exclude_none=True)
    settings["regularizers"] = {"none": {}, "weak": {"l2": 1e-4}, "strong": {"l2": 1e5}}
    study = Study.model_validate(settings)
    with pytest.raises(DivergedError):
        train_cells(study, ["weak", "strong"], digits_folder, "tiny")
    told: list[Epoch] = []
    with training_cells(study, ["weak"], digits_folder, "tiny", watch=told.append) as trained:
        assert list(trained) == ["weak"]
    assert len(told) < study.training.epochs * study.training.seeds


def test_what_could_not_be_stored_is_not_trained_again(
    workspace: Path, digits_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tiny.study(training={"seeds": 3})
    with (
        pytest.raises(OSError, match="No space left"),
        training_cell(study, "tested", digits_folder, "tiny") as first,
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    with training_cell(study, "tested", digits_folder, "tiny") as again:
        assert any(path.is_dir() for path in paths.checkpoints().iterdir())
    assert capsys.readouterr().out == "tiny: 3 seeds are finished\n"
    assert same(again, first)
    assert not any(path.is_dir() for path in paths.checkpoints().iterdir())


def test_every_epoch_is_told_as_it_is_recorded(workspace: Path, digits_folder: Path) -> None:
    told: list[Epoch] = []
    study = tiny.study({"l1": 0.01}, training={"seeds": 3})
    with training_cell(study, "tested", digits_folder, "tiny", watch=told.append) as trained:
        pass
    assert {epoch.reg for epoch in told} == {"tested"}
    found = {
        (seed, epoch.number): [values[slot] for values in epoch.history]
        for epoch in told
        for slot, seed in enumerate(epoch.seeds)
    }
    expected = {
        (seed, number + 1): trained.history[:, seed, number].tolist()
        for seed in range(3)
        for number in range(study.training.epochs)
    }
    assert found == expected
