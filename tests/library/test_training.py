from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import regscope
import regscope.base.files
import regscope.base.tensors
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.library.training import _as_study
from regscope.pipelines.settings import files
from regscope.tasks import TASKS
from tests import tiny

COLUMNS = TASKS["classification"].history
ROOT = Path(__file__).parents[2]
CELL = {"l2": 0.001, "dropout": 0.2}

SCRIPT = """
import json, regscope
trained = regscope.train(json.loads({study!r}), "tested", seeds=2)
state = trained.networks[1].state_dict()
print(json.dumps([trained.history.to_dict("list"), {{k: v.tolist() for k, v in state.items()}}]))
"""


def as_dict(study: regscope.Study) -> dict[str, object]:
    written: dict[str, object] = study.model_dump(mode="json", exclude_none=True)
    return written


def test_the_numbers_are_those_of_the_training_loop_bit_for_bit(
    workspace: Path, all_digits: Dataset
) -> None:
    study = tiny.study(CELL)
    found = regscope.train(study, "tested", data=all_digits)
    expected = tiny.trained(study, all_digits, range(5))
    assert found.seeds == (0, 1, 2, 3, 4)
    for seed, network in enumerate(found.networks):
        assert not network.training
        state = {name: tensor[seed] for name, tensor in expected.model.state_dict().items()}
        assert tiny.differences(network.state_dict(), state) == {}
    assert list(found.history.columns) == ["seed", "epoch", *COLUMNS]
    for seed in found.seeds:
        rows = found.history[found.history["seed"] == seed]
        assert rows["epoch"].tolist() == [1, 2, 3]
        assert np.array_equal(rows[list(COLUMNS)].to_numpy().T, expected.history[:, seed].numpy())
    assert found.test_accuracy == expected.history[4, :, -1].tolist()


@pytest.mark.slow
def test_a_script_needs_no_guard_and_no_data(workspace: Path, all_digits: Dataset) -> None:
    """The workers do not run it again; the data are prepared on the way, and forgotten."""
    study = tiny.study(CELL)
    script = workspace / "script.py"
    script.write_text(SCRIPT.format(study=json.dumps(as_dict(study))))
    command = [sys.executable, str(script)]
    done = subprocess.run(command, cwd=workspace, capture_output=True, text=True, check=True)
    history, state = json.loads(done.stdout)
    expected = tiny.trained(study, all_digits, [0, 1])
    assert history["holdout_loss"] == expected.history[3].flatten().tolist()
    assert state == {
        name: tensor[1].tolist() for name, tensor in expected.model.state_dict().items()
    }
    assert {path.name for path in workspace.iterdir()} <= {"script.py", ".regscope"}


def test_a_folder_is_filled_once_and_then_read(workspace: Path, all_digits_folder: Path) -> None:
    study = tiny.study(training={"epochs": 1})
    first = regscope.train(study, "none", seeds=1, data=workspace / "data")
    for file in ("data.safetensors", "dataset.json"):
        assert (workspace / "data" / file).read_bytes() == (all_digits_folder / file).read_bytes()
    before = (workspace / "data" / "data.safetensors").stat().st_mtime_ns
    again = regscope.train(study, "none", seeds=1, data=str(workspace / "data"))
    assert (workspace / "data" / "data.safetensors").stat().st_mtime_ns == before
    assert again.test_accuracy == first.test_accuracy


@pytest.mark.parametrize("last", ["data.safetensors", "dataset.json", "source.json"])
def test_a_folder_that_was_half_filled_is_filled_the_next_time(
    last: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted after each of its files was written, and where an older version left off."""
    study = tiny.study(data=tiny.MOONS, training={"epochs": 1})
    folder = workspace / "data"
    write_bytes = regscope.base.files.write_bytes

    def interrupted(path: Path, content: bytes) -> None:
        write_bytes(path, content)
        if path.name == last:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        # Under the name that each kind of file is written by.
        for module in (regscope.base.files, regscope.base.tensors):
            patch.setattr(module, "write_bytes", interrupted)
        with pytest.raises(KeyboardInterrupt):
            regscope.train(study, "none", seeds=1, data=folder)
    assert list(folder.iterdir()) == []
    (folder / "data.safetensors").write_bytes(b"half")
    (folder / "notes.txt").write_text("mine")
    regscope.train(study, "none", seeds=1, data=folder)
    assert {path.name for path in folder.iterdir()} == {
        "data.safetensors",
        "dataset.json",
        "source.json",
        "notes.txt",
    }
    noisier = tiny.study(data={**tiny.MOONS, "noise": 0.3}, training={"epochs": 1})
    assert refused(noisier, "none", data=folder).startswith(f"{folder}: holds the data of ")


def test_batches_are_the_split_as_networks_see_it(workspace: Path, all_digits: Dataset) -> None:
    study = tiny.study(training={"epochs": 1})
    trained = regscope.train(study, "none", seeds=2, data=all_digits)
    split = all_digits.split(study.split, 1)
    train = list(trained.batches(1, "train", size=20))
    assert [len(labels) for _, labels in train] == [20, 20, 14]
    inputs = torch.cat([inputs for inputs, _ in train])
    assert torch.equal(inputs, torch.from_numpy(all_digits.inputs[split.train]) / 16)
    labels = torch.cat([labels for _, labels in trained.batches(1)])
    assert np.array_equal(labels.numpy(), all_digits.targets[split.holdout])
    measured = regscope.measure(trained.networks[1], trained.batches(1), examples=50)
    assert measured.measures["accuracy"] == pytest.approx(trained.test_accuracy[1], abs=1e-7)
    with pytest.raises(regscope.RegscopeError, match=r"^seed = 2: choose from 0 to 1$"):
        next(trained.batches(2))
    for size in (0, 1.5):
        told = f"^size = {size}: must be a whole number of at least 1$"
        with pytest.raises(regscope.RegscopeError, match=told):
            next(trained.batches(0, "test", size=size))  # type: ignore[arg-type]
    with pytest.raises(regscope.RegscopeError, match=r"^part = all: choose from: train, test$"):
        next(trained.batches(0, "all"))  # type: ignore[arg-type]


def refused(*arguments: object, **named: object) -> str:
    with pytest.raises(regscope.RegscopeError) as error:
        regscope.train(*arguments, **named)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
    return str(error.value)


def test_what_is_wrong_is_one_line(workspace: Path, digits: Dataset, moons: Dataset) -> None:
    study = tiny.study()
    assert refused(study, "l3") == "reg = l3: choose from: none, tested"
    assert refused(study, "none", seeds=0) == "seeds = 0: must be at least 1"
    assert refused(tiny.study(data=tiny.MOONS), "none", seeds=21) == (
        "seeds = 21: at most 20, for which data.pools has examples, or more pools"
    )
    wrong = as_dict(study) | {"data": {"source": "letters"}}
    assert refused(wrong, "none").startswith(
        "data.source = letters: choose from: arrays, diabetes, digits,"
    )
    unsplit = as_dict(study) | {"split": {"train": 2000, "validation": 10}}
    assert refused(unsplit, "none") == "split.train = 2000: at most 1796 for digits"
    assert refused(study, "none", data=moons) == (
        "data: kind = points, and digits has image: not its data"
    )


def test_data_of_another_source_are_refused(workspace: Path) -> None:
    folder = workspace / "data"
    study = tiny.study(data=tiny.MOONS, training={"epochs": 1})
    regscope.train(study, "none", seeds=1, data=folder)
    noisier = tiny.study(data={**tiny.MOONS, "noise": 0.3}, training={"epochs": 1})
    assert refused(noisier, "none", data=folder).startswith(f"{folder}: holds the data of ")
    (folder / "source.json").unlink()
    fewer = tiny.study(data={**tiny.MOONS, "pools": 7}, training={"epochs": 1})
    assert refused(fewer, "none", data=folder) == (
        "data: pools = 20, and moons has 7: not its data"
    )


def test_data_of_an_earlier_result_are_of_its_source(workspace: Path) -> None:
    study = tiny.study(data=tiny.MOONS, training={"epochs": 1})
    first = regscope.train(study, "none", seeds=1)
    assert regscope.train(study, "none", seeds=1, data=first.dataset).dataset is first.dataset
    noisier = tiny.study(data={**tiny.MOONS, "noise": 0.3}, training={"epochs": 1})
    told = refused(noisier, "none", data=first.dataset)
    assert told.startswith("data: holds the data of ")
    assert "'noise': 0.3" in told


def test_data_that_the_pipeline_prepared_are_of_the_settings_it_read(
    workspace: Path, moons: Dataset
) -> None:
    """Where those do not lie beside them, nothing tells."""
    noisier = tiny.study(data={**tiny.MOONS, "noise": 0.3}, training={"epochs": 1})
    study = tiny.study(data=tiny.MOONS, training={"epochs": 1})
    folder = paths.prepared("moons")
    folder.mkdir(parents=True)
    moons.save(folder)
    regscope.train(noisier, "none", seeds=1, data=folder)
    settings = paths.settings("moons")
    settings.mkdir(parents=True)
    (settings / "data.json").write_text(files(as_dict(study))["data.json"])
    assert refused(noisier, "none", data=folder).startswith(f"{folder}: holds the data of ")
    assert refused(noisier, "none", data=folder.resolve()).startswith(f"{folder.resolve()}: holds")
    trained = regscope.train(study, "none", seeds=1, data=folder)
    assert refused(noisier, "none", data=trained.dataset).startswith("data: holds the data of ")


@pytest.mark.parametrize("data", [3, ([[0.0]], [0])])
def test_data_of_another_kind_are_refused(data: Any) -> None:
    with pytest.raises(
        regscope.RegscopeError, match=r"^data: must be a data set, .* not (int|tuple)$"
    ):
        regscope.train(tiny.study(), "none", data=data)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("x.csv", "x.csv is no folder"),
        (Path("x.csv"), "x.csv is no folder"),
        ("x.csv/prepared", "x.csv is no folder"),
        ("", "the empty text"),
        ("a\0b", "null byte"),
        ("x" * 300, "File name too long"),
        ("lost", "lost is no folder"),
    ],
)
def test_data_that_no_folder_has(data: str | Path, told: str, workspace: Path) -> None:
    (workspace / "x.csv").touch()
    (workspace / "lost").symlink_to(workspace / "nowhere")
    with pytest.raises(RegscopeError) as refused:
        regscope.train(tiny.study(), "none", data=data)
    line = str(refused.value)
    assert line.startswith("data = ")
    assert "must be a folder with prepared data, or one to fill with them" in line
    assert told in line
    assert sorted(path.name for path in workspace.iterdir()) == ["lost", "x.csv"]


def test_a_cell_that_is_refused_stops_no_other() -> None:
    block = tiny.study().model_dump(mode="json", exclude_none=True)
    block["regularizers"] = {"none": {}, "l1": {"l1": -1}, "l2": {"l2": 0.1}}
    assert list(_as_study(block, "l2").cells) == ["none", "l2"]
    assert list(_as_study(block, "none").cells) == ["none"]
    with pytest.raises(RegscopeError, match=r"^regularizers.l1.l1 = -1: must be at least 0$"):
        _as_study(block, "l1")
    with pytest.raises(RegscopeError, match=r"^study = digits: must be a mapping$"):
        regscope.train("digits", "none")  # type: ignore[arg-type]
