"""What a seed takes in memory, by reckoning and by measurement."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from torch import nn

from regscope.datasets import Dataset
from regscope.engine import local, survey
from regscope.engine.base import SurveyJob
from regscope.engine.local import Local
from regscope.engine.plan import Survey
from regscope.engine.survey import gains_from_stacking, remembered, seed_bytes
from regscope.models.mlp import MLP
from regscope.stacking.allocator import keep_freed_memory
from regscope.study.params import Study
from regscope.training.loop import EVALUATION_BATCH
from tests import tiny

WEIGHTS = 4 * (64 * 16 + 16 + 16 * 8 + 8 + 8 * 10 + 10)
PLENTY = 10**12


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
    """An evaluation of many pictures outweighs a step on 16."""
    order = 8 * (4 * 54 + 1797 - 54)
    picture = 64 * (1 + 2 * 4)
    layer = 4 * (16 + 16)
    expected = 3 * WEIGHTS + order + EVALUATION_BATCH * (picture + layer)
    assert taken(tiny.study(), digits) == pytest.approx(expected, abs=1)
    study = tiny.study(training={"batch_size": 10_000}, split={"train": 1700})
    order = 8 * (4 * 1700 + 97)
    expected = 3 * WEIGHTS + order + 1700 * (picture + 4 * (16 + 8) + 2 * layer)
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


def growth(study: Study, folder: Path, seeds: int, messages: Connection) -> None:
    """Send by how many bytes of its own this process grows while training; it gives none back."""
    torch.set_num_threads(1)
    keep_freed_memory()
    dataset = Dataset.load(folder)
    before = own_bytes()
    tiny.trained(study, dataset, range(seeds))
    messages.send(own_bytes() - before)


def own_bytes() -> int:
    """Of memory that this process shares with no other."""
    own: int = psutil.Process().memory_full_info().uss
    return own


@pytest.mark.parametrize("seeds", [1, 6])
@pytest.mark.parametrize(
    "settings",
    [{}, {"dropout": 0.5, "batch_norm": True}, {"l1_prox": 0.001}],
    ids=["none", "dropout", "l1_prox"],
)
def test_the_reckoning_is_near_what_a_process_takes(
    settings: dict[str, Any], seeds: int, digits: Dataset, digits_folder: Path
) -> None:
    study = tiny.study(settings, "adam", model={"hidden": [768, 768]}, training={"epochs": 1})
    seed, measured = reckoned_and_measured(study, seeds, digits, digits_folder)
    assert seeds * seed < 2 * measured
    assert survey.PROCESS + seeds * seed > 0.7 * measured


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
def test_residual_networks_get_enough_and_at_most_the_slack_too_much(
    normalization: str, digits: Dataset, digits_folder: Path
) -> None:
    model = {"kind": "resnet", "width": 48, "normalization": normalization}
    training = {"epochs": 1, "batch_size": 300}
    study = tiny.study({}, "adam", model=model, training=training, split={"train": 300})
    seed, measured = reckoned_and_measured(study, 1, digits, digits_folder)
    assert measured < seed < survey.SLACK_OF_CONVOLUTIONS * measured


def reckoned_and_measured(
    study: Study, seeds: int, dataset: Dataset, folder: Path
) -> tuple[int, int]:
    """Bytes of a seed as surveyed, and those by which a process grows that trains `seeds`."""
    seed, _ = seed_bytes(study, study.cells["tested"].methods(), dataset, PLENTY)
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    process = context.Process(target=growth, args=(study, folder, seeds, theirs))
    process.start()
    measured: int = ours.recv()
    process.join()
    return seed, measured
