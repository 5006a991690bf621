"""A run that stops after any epoch and goes on from its checkpoint ends bit for bit the same."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from regscope.datasets import Dataset
from regscope.params import Study
from regscope.training import checkpoints
from regscope.training.loop import Trainer
from tests import tiny
from tests.regularizers.settings import CELLS


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_from_every_epoch(cell: str, optimizer: str, digits: Dataset, tmp_path: Path) -> None:
    check(tiny.study(CELLS[cell], optimizer), digits, tmp_path)


@pytest.mark.parametrize("cell", ["augmentation", "everything"])
def test_of_points(cell: str, moons: Dataset, tmp_path: Path) -> None:
    check(tiny.study(CELLS[cell], "adam", data=tiny.MOONS), moons, tmp_path)


def note_epoch(epochs: list[int], trainer: Trainer) -> None:
    epochs.append(trainer.epoch)


def check(study: Study, dataset: Dataset, folder: Path) -> None:
    seeds = [2, 0]
    undisturbed = tiny.trainer(study, dataset, seeds)

    def save(trainer: Trainer) -> None:
        checkpoints.save(folder / f"{trainer.epoch}.safetensors", trainer.state())

    undisturbed.run(save)
    for epoch in range(1, study.training.epochs + 1):
        found = checkpoints.load(folder / f"{epoch}.safetensors")
        assert found is not None
        assert found.epoch == epoch
        resumed = tiny.trainer(study, dataset, seeds)
        resumed.resume(found)
        epochs_left: list[int] = []
        resumed.run(partial(note_epoch, epochs_left))
        assert epochs_left == list(range(epoch + 1, study.training.epochs + 1))
        assert tiny.differences(resumed.model.state_dict(), undisturbed.model.state_dict()) == {}
        assert tiny.differences(resumed.optimizer.state, undisturbed.optimizer.state) == {}
        assert resumed.history.equal(undisturbed.history)
