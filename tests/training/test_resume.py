"""A run that stops, after an epoch or within one, goes on from its checkpoint to the same bits."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from torch import Tensor

from regscope.datasets import Dataset
from regscope.engine import checkpoints
from regscope.study.params import Study
from regscope.training.loop import Trainer
from tests import tiny
from tests.regularizers.settings import CELLS, WITH_OPTIMIZERS


@pytest.mark.parametrize(("cell", "optimizer"), WITH_OPTIMIZERS)
def test_from_every_epoch(cell: str, optimizer: str, digits: Dataset, tmp_path: Path) -> None:
    check(tiny.study(CELLS[cell], optimizer), digits, tmp_path)


@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_of_a_schedule(optimizer: str, digits: Dataset, tmp_path: Path) -> None:
    check(tiny.study({"l1_prox": 0.01}, optimizer, training=tiny.SCHEDULED), digits, tmp_path)


SCHEDULES: dict[str, dict[str, Any]] = {
    "constant": {},
    "cosine": tiny.SCHEDULED,
    "step": {"schedule": {"kind": "step", "every": 1}},
    "exponential": {"schedule": {"kind": "exponential", "factor": 0.5}},
}


@pytest.mark.parametrize(("cell", "optimizer"), WITH_OPTIMIZERS)
def test_of_a_broken_off_epoch_nothing_is_left(
    cell: str, optimizer: str, digits: Dataset, tmp_path: Path
) -> None:
    check_broken_off(tiny.study(CELLS[cell], optimizer), digits, tmp_path / "state")


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("cell", ["everything", "everything_else"])
def test_of_an_epoch_broken_off_where_rates_change(
    cell: str, schedule: str, digits: Dataset, tmp_path: Path
) -> None:
    training = SCHEDULES[schedule]
    check_broken_off(tiny.study(CELLS[cell], "adam", training=training), digits, tmp_path / "state")


@pytest.mark.parametrize("cell", ["augmentation", "everything"])
def test_of_points(cell: str, moons: Dataset, tmp_path: Path) -> None:
    check(tiny.study(CELLS[cell], "adam", data=tiny.MOONS), moons, tmp_path)


COLOURED = {
    "l2": 0.001,
    "dropout": 0.3,
    "augmentation": {
        "strength": 1,
        "horizontal_flip": 0.5,
        "vertical_flip": 0.5,
        "brightness": 0.4,
        "contrast": [0.8, 1.2],
        "saturation": [0.7, 1.3],
        "added": True,
    },
}
NETWORKS: dict[str, dict[str, Any]] = {
    "cnn": {**tiny.CONVOLUTIONAL, "response_normalized": ["conv1"]},
    "efficientnet": {"kind": "efficientnet", "input_size": 33},
}


@pytest.mark.parametrize(
    ("network", "precision"),
    [
        ("cnn", "float32"),
        ("cnn", "bfloat16"),
        pytest.param("efficientnet", "float32", marks=pytest.mark.slow),
    ],
)
def test_of_colour_pictures(network: str, precision: str, digits: Dataset, tmp_path: Path) -> None:
    """With copies that are added, and with what EfficientNet draws and keeps by itself."""
    coloured = replace(digits, inputs=np.repeat(digits.inputs, 3, axis=1))
    epochs = 3 if network == "cnn" else 2
    training = {"precision": precision, "epochs": epochs, "batch_size": 54}
    check(
        tiny.study(COLOURED, "adam", model=NETWORKS[network], training=training), coloured, tmp_path
    )


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
        check_same(resumed, undisturbed)


def check_same(found: Trainer, expected: Trainer) -> None:
    """To the bit: weights, what is remembered, history."""
    assert tiny.differences(found.model.state_dict(), expected.model.state_dict()) == {}
    ended, whole = found.state(), expected.state()
    assert tiny.differences(ended.optimizer, whole.optimizer) == {}
    assert tiny.differences(ended.memory, whole.memory) == {}
    assert found.history.equal(expected.history)


class BrokenOffError(Exception):
    """What ends a training from within a batch."""


def check_broken_off(study: Study, dataset: Dataset, path: Path) -> None:
    """By an error in the second backward pass of the second epoch, one batch or half of one on.

    Where the second pass is at the same weights, in the third.
    """
    seeds = [2, 0]
    broken = tiny.trainer(study, dataset, seeds)
    backward = broken.passes.backward
    passes = 0

    def ends(gradient: Tensor) -> Tensor | None:
        nonlocal passes
        by_inputs = backward(gradient)
        passes += broken.epoch == 1
        found = checkpoints.load(path) if passes > 1 else None
        if found is not None and tiny.differences(dict(broken.model.state_dict()), found.model):
            raise BrokenOffError
        return by_inputs

    with mock.patch.object(broken.passes, "backward", ends), pytest.raises(BrokenOffError):
        broken.run(lambda trainer: checkpoints.save(path, trainer.state()))
    found = checkpoints.load(path)
    assert found is not None
    assert found.epoch == 1
    assert tiny.differences(dict(broken.model.state_dict()), found.model)
    resumed = tiny.trainer(study, dataset, seeds)
    resumed.resume(found)
    resumed.run()
    check_same(resumed, tiny.trained(study, dataset, seeds))
