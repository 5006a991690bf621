"""What a seed takes in memory, by reckoning and by measurement."""

from __future__ import annotations

from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from torch import nn

from regscope.datasets import Dataset
from regscope.engine import local, survey
from regscope.engine.base import SurveyJob
from regscope.engine.local import Local, process, received
from regscope.engine.plan import Survey
from regscope.engine.survey import gains_from_stacking, remembered, seed_bytes
from regscope.models.mlp import MLP
from regscope.stacking.allocator import keep_freed_memory
from regscope.study.params import Study
from regscope.training.loop import EVALUATION_BATCH, Trainer
from regscope.training.places import Place
from tests import tiny
from tests.regularizers.settings import CELLS, SETTINGS

LARGEST = 4 * 64 * 16
WEIGHTS = 4 * (64 * 16 + 16 + 16 * 8 + 8 + 8 * 10 + 10)
PLENTY = 10**12


@pytest.fixture
def digits(all_digits: Dataset) -> Dataset:
    return all_digits


@pytest.fixture
def digits_folder(all_digits_folder: Path) -> Path:
    return all_digits_folder


@pytest.fixture
def few(all_digits: Dataset) -> Dataset:
    """More would be evaluated in batches just as large, and take a large network longer."""
    return replace(all_digits, inputs=all_digits.inputs[:700], targets=all_digits.targets[:700])


@pytest.fixture
def few_folder(few: Dataset, tmp_path: Path) -> Path:
    few.save(tmp_path)
    return tmp_path


def taken(study: Study, dataset: Dataset, free: int = PLENTY) -> float:
    """Bytes of one seed, without what is added for lost room."""
    found, _ = seed_bytes(study, study.cells["tested"].methods(), dataset, free)
    return found / survey.SLACK


@pytest.mark.parametrize(("optimizer", "count"), [("sgd", 0), ("nesterov", 1), ("adam", 2)])
def test_what_an_optimizer_remembers_is_counted(
    optimizer: str, count: int, digits: Dataset
) -> None:
    study = tiny.study(optimizer=optimizer)
    assert remembered(study.training) == count
    more = taken(study, digits) - taken(tiny.study(), digits)
    assert more == pytest.approx(count * WEIGHTS, abs=1)


def test_a_seed_by_hand(digits: Dataset) -> None:
    """A step on 16 pictures, or 1700, and an evaluation of many."""
    order = 8 * (4 * 54 + 1797 - 54)
    picture = 64 * (1 + 2 * 4)
    layer = 4 * (16 + 16)
    kept = picture + 4 * (16 + 8)
    passing = 16 * (kept + 2 * layer) + EVALUATION_BATCH * (picture + layer)
    expected = 2 * WEIGHTS + LARGEST + order + passing
    assert taken(tiny.study(), digits) == pytest.approx(expected, abs=1)
    study = tiny.study(training={"batch_size": 10_000}, split={"train": 1700})
    order = 8 * (4 * 1700 + 97)
    passing = 1700 * (kept + 2 * layer) + 97 * (picture + layer)
    expected = 2 * WEIGHTS + LARGEST + order + passing
    assert taken(study, digits) == pytest.approx(expected, abs=1)


def test_a_network_larger_than_memory_is_not_made(digits: Dataset) -> None:
    study = tiny.study(model={"hidden": [100_000, 100_000]})
    _, network = seed_bytes(study, [], digits, PLENTY // 100)
    assert {parameter.device.type for parameter in network.parameters()} == {"meta"}
    assert taken(study, digits, PLENTY // 100) > 3 * 4 * 100_000**2


class ReadsItsWeights(MLP):
    def build(self, input_shape: tuple[int, ...], classes: int) -> nn.Module:
        module = super().build(input_shape, classes)
        assert next(module.parameters()).max().item() < 1
        return module


def test_a_network_that_reads_values_while_it_is_built(digits: Dataset) -> None:
    study = tiny.study()
    reading = study.model_copy(update={"model": ReadsItsWeights(hidden=(16, 8))})
    assert taken(reading, digits) == taken(study, digits)


def test_convolutions_and_recurrences_do_not_gain_from_stacking() -> None:
    assert gains_from_stacking(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)))
    assert not gains_from_stacking(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten()))
    assert not gains_from_stacking(nn.Sequential(nn.LSTM(2, 3)))


def test_a_cell_is_surveyed_in_a_process_of_its_own(
    digits_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "free_memory", lambda: 5 * 10**9)
    study = tiny.study({"dropout": 0.3}).model_dump(mode="json", exclude_none=True)
    job = SurveyJob(study, ("none", "tested"), digits_folder, "cpu")
    found = Local().survey(job, "tiny/tested")
    assert (found.device, found.name, found.free) == ("cpu", "cpu", 5 * 10**9)
    assert found.stackable
    assert found.cost.process > survey.PROCESS
    assert found.cost.seed > survey.SLACK * 3 * WEIGHTS
    assert isinstance(found, Survey)


def with_cells(cells: dict[str, dict[str, Any]], hidden: tuple[int, ...] = (16, 8)) -> Study:
    """The tiny study, of these cells beside the baseline."""
    written = tiny.study(model={"hidden": hidden}).model_dump(mode="json", exclude_none=True)
    return Study.model_validate({**written, "regularizers": {"none": {}, **cells}})


def surveyed_seed(study: Study, regs: tuple[str, ...], folder: Path) -> int:
    written = study.model_dump(mode="json", exclude_none=True)
    return Local().survey(SurveyJob(written, regs, folder, "cpu"), "tiny").cost.seed


def test_a_place_of_mixed_cells_has_room_for_what_all_of_them_remember(
    digits: Dataset, digits_folder: Path
) -> None:
    study = with_cells(
        {
            "averaged": {"ema": 0.8},
            "proximal": {"l1_prox": 0.001},
            "faster": {"ema": 0.5},
            "stopped": {"early_stopping": 1},
        }
    )

    def reckoned(*regs: str) -> int:
        methods = {one.name: one for reg in regs for one in study.cells[reg].methods()}
        return seed_bytes(study, list(methods.values()), digits, PLENTY)[0]

    # One remembers all weights, the other holds three copies of one tensor at a time.
    mixed = surveyed_seed(study, ("none", "averaged", "proximal", "faster"), digits_folder)
    assert mixed == reckoned("averaged", "proximal")
    copies = 3 * survey.SLACK * LARGEST
    assert mixed == pytest.approx(reckoned("averaged") + copies, abs=2)
    # What stops early trains on fewer examples, and so in a stack of its own.
    apart = surveyed_seed(study, ("averaged", "stopped"), digits_folder)
    assert apart == max(reckoned("averaged"), reckoned("stopped"))
    assert apart < reckoned("averaged", "stopped")


@pytest.mark.slow
def test_what_making_a_network_imports_counts_for_every_process(
    workspace: Path, digits: Dataset
) -> None:
    """EfficientNet loads torchvision, of which a worker has nothing before."""
    coloured = workspace / "coloured"
    coloured.mkdir()
    replace(digits, inputs=np.repeat(digits.inputs, 3, axis=1)).save(coloured)
    models = ({"kind": "resnet", "width": 2}, {"kind": "efficientnet", "input_size": 33})
    studies = (
        tiny.study(model=model).model_dump(mode="json", exclude_none=True) for model in models
    )
    without, with_it = (
        Local().survey(SurveyJob(study, ("none",), coloured, "cpu"), "tiny").cost.process
        for study in studies
    )
    assert without < survey.PROCESS + 4 * 2**20
    assert with_it > without + 20 * 2**20


def growth(job: tuple[Study, Study, Path, int], messages: Connection) -> None:
    """Send by how many bytes of its own this process grows while training; it gives none back.

    All cells train as one stack. Those of another study are trained before: what a process loads
    once is not a seed's.
    """
    study, smaller, folder, seeds = job
    torch.set_num_threads(1)
    keep_freed_memory()
    dataset = Dataset.load(folder)
    train_together(smaller, dataset, 1)
    before = own_bytes()
    train_together(study, dataset, seeds)
    messages.send(own_bytes() - before)


def train_together(study: Study, dataset: Dataset, seeds: int) -> None:
    """All cells but the baseline."""
    acting = {reg: tuple(cell.methods()) for reg, cell in study.cells.items() if reg != "none"}
    places = [
        Place(seed, methods, study.training, reg)
        for reg, methods in acting.items()
        for seed in range(seeds)
    ]
    Trainer(study, dataset, places).run()


def own_bytes() -> int:
    """Of memory that this process shares with no other."""
    own: int = psutil.Process().memory_full_info().uss
    return own


DENSE = {"kind": "mlp", "hidden": [768, 768]}
RESIDUAL = {"kind": "mlp", "hidden": [768, 768], "residual": True}
SHAPED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "none": ({}, DENSE, {}),
    **{
        name: ({name: setting}, RESIDUAL if name == "stochastic_depth" else DENSE, {})
        for name, setting in SETTINGS.items()
        if name != "spatial_dropout"
    },
    "everything": (CELLS["everything"], DENSE, {}),
    "everything_else": (CELLS["everything_else"], RESIDUAL, {}),
    "residual": ({}, RESIDUAL, {}),
    "adamw": ({}, DENSE, {"optimizer": "adamw"}),
}
"""Of cells that gain from stacking: methods, a network, and how it is trained otherwise."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "seeds"), [*((name, 6) for name in SHAPED), ("none", 1), ("everything", 1)]
)
def test_the_reckoning_is_within_a_factor_of_two(
    name: str, seeds: int, few: Dataset, few_folder: Path
) -> None:
    cell, model, training = SHAPED[name]
    study, smaller = (
        tiny.study(cell, "adam", model={**model, "hidden": hidden}, training=training)
        for hidden in (model["hidden"], [8, 8])
    )
    seed, measured = reckoned_and_measured(study, smaller, seeds, few, few_folder)
    assert measured / 2 < seeds * seed < 2 * measured


@pytest.mark.slow
@pytest.mark.parametrize(
    ("normalization", "cell"),
    [("none", "none"), ("batch", "stochastic_depth"), ("layer", "none")],
)
def test_residual_networks_get_enough_and_less_than_twice_as_much(
    normalization: str, cell: str, few: Dataset, few_folder: Path
) -> None:
    training = {"epochs": 1, "batch_size": 300}
    study, smaller = (
        tiny.study(
            CELLS[cell],
            "adam",
            model={"kind": "resnet", "width": width, "normalization": normalization},
            training=training,
            split={"train": 300},
        )
        for width in (48, 4)
    )
    seed, _ = seed_bytes(study, study.cells["tested"].methods(), few, PLENTY)
    # Of one network it differs by a quarter from process to process: see SLACK_OF_CONVOLUTIONS.
    measured = median(measured_growth(study, smaller, 1, few_folder) for _ in range(3))
    assert measured < seed < 2 * measured


POOLED = {"filters": [96, 64], "pooled": ["conv1"], "padding": "same", "dense": [64]}
WINOGRADS = {"filters": [64, 64, 64], "padding": "same", "dense": [64]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "cell", "precision"),
    [
        (POOLED, "none", "float32"),
        (POOLED, "none", "bfloat16"),
        (POOLED, "everything", "float32"),
        (POOLED, "everything_else", "float32"),
        (POOLED, "spatial_dropout", "float32"),
        (WINOGRADS, "none", "float32"),
    ],
)
def test_of_convolutional_networks_it_is_within_a_factor_of_two(
    network: dict[str, Any],
    cell: str,
    precision: str,
    few: Dataset,
    few_folder: Path,
) -> None:
    narrow = {"filters": [4] * len(network["filters"]), "dense": [4]}
    study, smaller = (
        tiny.study(
            CELLS[cell],
            "adam",
            model={"kind": "cnn", **network, **changed},
            training={"epochs": 1, "batch_size": 300, "precision": precision},
            split={"train": 600},
        )
        for changed in ({}, narrow)
    )
    seed, measured = reckoned_and_measured(study, smaller, 1, few, few_folder)
    assert measured / 2 < seed < 2 * measured


@pytest.mark.slow
def test_the_reckoning_of_mixed_cells_is_within_a_factor_of_two(
    digits: Dataset, digits_folder: Path
) -> None:
    cells: dict[str, dict[str, Any]] = {
        "averaged": {"ema": 0.8}, "proximal": {"l1_prox": 0.001}, "held": {"max_norm": 0.8}
    }  # fmt: skip
    study, smaller = with_cells(cells, (768, 768)), with_cells(cells, (8, 8))
    reckoned = 6 * surveyed_seed(study, tuple(cells), digits_folder)
    measured = measured_growth(study, smaller, 2, digits_folder)
    assert measured / 2 < reckoned < 2 * measured


def reckoned_and_measured(
    study: Study, smaller: Study, seeds: int, dataset: Dataset, folder: Path
) -> tuple[int, int]:
    """Bytes of a seed as surveyed, and those by which a process grows that trains `seeds`."""
    seed, _ = seed_bytes(study, study.cells["tested"].methods(), dataset, PLENTY)
    return seed, measured_growth(study, smaller, seeds, folder)


def measured_growth(study: Study, smaller: Study, seeds: int, folder: Path) -> int:
    """Of a process that trains `seeds` seeds of every cell but the baseline."""
    with process(growth, (study, smaller, folder, seeds), "measured") as pipe:
        measured: int = received(pipe, "measured")
    return measured
