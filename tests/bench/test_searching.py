"""The search that stands beside ours learns what ours learns, from plain files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bench.searching import __main__ as searching
from bench.searching import eager
from bench.searching.job import ARRAYS, JOB, METHODS, TRIALS
from regscope.datasets import Dataset
from regscope.study.params import Study
from tests import tiny

MODEL = {"kind": "mlp", "hidden": [16]}


def study() -> Study:
    return tiny.study(model=MODEL, split={"train": 200, "validation": 50}, training={"epochs": 20})


@pytest.fixture
def job(tmp_path: Path, digits: Dataset) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    searching.write_job(tmp_path, study(), digits)
    with np.load(tmp_path / ARRAYS) as arrays:
        parts = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    return json.loads((tmp_path / JOB).read_text()), parts


def test_it_is_given_the_parts_of_the_first_seed(
    job: tuple[dict[str, Any], dict[str, torch.Tensor]], digits: Dataset
) -> None:
    written, parts = job
    split = digits.split(study().split, 0, "validation", False)
    assert parts["train_labels"].tolist() == digits.targets[split.train].tolist()
    assert parts["validation_labels"].tolist() == digits.targets[split.holdout].tolist()
    assert parts["train_inputs"].max() <= 1
    assert [arm["name"] for arm in written["arms"]] == ["none", *METHODS]
    assert {arm["trials"] for arm in written["arms"][1:]} == {TRIALS}


@pytest.mark.parametrize("methods", [{}, *({name: 1e-3} for name in METHODS[:3])])
def test_it_learns(
    methods: dict[str, float], job: tuple[dict[str, Any], dict[str, torch.Tensor]]
) -> None:
    accuracies = eager.trained(methods, 0.01, *job)
    assert len(accuracies) == 20
    assert accuracies[-1] > 0.7


def test_a_network_that_may_not_move_does_not_learn(
    job: tuple[dict[str, Any], dict[str, torch.Tensor]],
) -> None:
    clipped = eager.trained({"gradient_clipping": 1e-9}, 1e-9, *job)
    assert max(clipped) < 0.5
    assert eager.trained({"dropout": 0.5}, 0.01, *job)[-1] > 0.5
