"""The stacked trainer against an independent one that trains seed after seed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from regscope.datasets import Dataset
from regscope.params import Study
from tests import tiny
from tests.regularizers.settings import CELLS
from tests.training import reference

SEEDS = [4, 0, 7]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_stacked_equals_sequential(cell: str, optimizer: str, digits: Dataset) -> None:
    study = tiny.study(CELLS[cell], optimizer, training=changes(optimizer))
    compare(study, digits, cell, partial(reference.dense, [64, 16, 8, 10]))


def convolutional() -> dict[str, reference.Layer]:
    return {
        "conv1": nn.Conv2d(1, 8, 3),
        "conv2": nn.Conv2d(8, 16, 3),
        "dense1": nn.Linear(16, 8),
        "output": nn.Linear(8, 10),
    }


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_stacked_convolutions_equal_sequential_ones(
    cell: str, optimizer: str, digits: Dataset
) -> None:
    study = tiny.study(
        CELLS[cell], optimizer, training=changes(optimizer), model=tiny.CONVOLUTIONAL
    )
    # Convolutions add up more numbers, in an order of their own; and where rounding decides on
    # which side of 0 a weight is, L1's gradient jumps, which momentum multiplies by ten.
    jumps = "l1" in CELLS[cell] and optimizer == "nesterov"
    tolerance = 2e-3 if jumps else 5e-5
    compare(study, digits, cell, convolutional, ["conv1"], tolerance)


def changes(optimizer: str) -> dict[str, Any]:
    # A bias before batch normalization has no gradient but rounding errors, which Adam with its
    # usual epsilon of 1e-8 would blow up to whole steps, in either trainer its own.
    return {"epochs": 4, **({"epsilon": 1e-3} if optimizer == "adam" else {})}


# In 4 epochs rounding grows to 1e-5 where augmentation, batch normalization and Adam meet.
def compare(
    study: Study,
    dataset: Dataset,
    cell: str,
    layers: Any,
    pooled: Sequence[str] = (),
    tolerance: float = 2e-5,
) -> None:
    stacked = tiny.trained(study, dataset, SEEDS).model.state_dict()
    inputs = torch.from_numpy(dataset.inputs).float() / 16
    targets = torch.from_numpy(dataset.targets)
    for slot, seed in enumerate(SEEDS):
        expected = reference.train(
            inputs,
            targets,
            seed=seed,
            layers=layers,
            cell=CELLS[cell],
            training=study.training.model_dump(),
            pooled=pooled,
            examples=54,
        )
        assert set(expected) == set(stacked)
        for name, tensor in expected.items():
            difference = (stacked[name][slot] - tensor).abs() / (1 + tensor.abs())
            assert difference.max() < tolerance, f"seed {seed}, {name}"
