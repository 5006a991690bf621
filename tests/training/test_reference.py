"""The stacked trainer against an independent one that trains seed after seed."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from regscope.datasets import Dataset
from tests import tiny
from tests.regularizers.settings import CELLS
from tests.training import reference


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_stacked_equals_sequential(cell: str, optimizer: str, digits: Dataset) -> None:
    seeds, hidden = [4, 0, 7], [16, 8]
    changes: dict[str, Any] = {"epochs": 4}
    if optimizer == "adam":
        # A bias before batch normalization has no gradient but rounding errors, which Adam with
        # its usual epsilon of 1e-8 would blow up to whole steps, in either trainer its own.
        changes["epsilon"] = 1e-3
    study = tiny.study(CELLS[cell], optimizer, training=changes)
    stacked = tiny.trained(study, digits, seeds).model.state_dict()
    settings = {**study.training.model_dump(), **changes}
    inputs = torch.from_numpy(digits.inputs).float() / 16
    targets = torch.from_numpy(digits.targets)
    for slot, seed in enumerate(seeds):
        expected = reference.train(
            inputs,
            targets,
            seed=seed,
            hidden=hidden,
            cell=CELLS[cell],
            training=settings,
            examples=54,
        )
        assert set(expected) == set(stacked)
        for name, tensor in expected.items():
            torch.testing.assert_close(
                stacked[name][slot], tensor, rtol=1e-5, atol=1e-5, msg=f"{seed} {name}"
            )
