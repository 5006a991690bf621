"""The stacked trainer against an independent one that trains seed after seed.

Both in float64; what is float32's own is tested layer by layer, and by the weights on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from regscope.datasets import Dataset
from regscope.study.params import Study
from tests import tiny
from tests.regularizers.settings import CELLS, REFERENCED
from tests.training import reference

SEEDS = [4, 0]


@pytest.fixture(autouse=True)
def in_float64() -> Iterator[None]:
    with tiny.in_float64():
        yield


@pytest.mark.parametrize("cell", REFERENCED)
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


@pytest.mark.parametrize("cell", [*REFERENCED, "spatial_dropout"])
@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_stacked_convolutions_equal_sequential_ones(
    cell: str, optimizer: str, digits: Dataset
) -> None:
    study = tiny.study(
        CELLS[cell], optimizer, training=changes(optimizer), model=tiny.CONVOLUTIONAL
    )
    compare(study, digits, cell, convolutional, ["conv1"])


def changes(optimizer: str) -> dict[str, Any]:
    # A bias before batch normalization has no gradient but rounding errors, which Adam with its
    # usual epsilon of 1e-8 would blow up to whole steps, in either trainer its own.
    return {"epochs": 2, **({"epsilon": 1e-3} if optimizer == "adam" else {})}


def compare(
    study: Study, dataset: Dataset, cell: str, layers: Any, pooled: Sequence[str] = ()
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
            assert stacked[name].dtype == tensor.dtype != torch.float32
            difference = (stacked[name][slot] - tensor).abs() / (1 + tensor.abs())
            assert difference.max() < tiny.rounding(steps=8), f"seed {seed}, {name}"
