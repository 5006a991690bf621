from __future__ import annotations

import dataclasses
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch

from regscope.datasets import Dataset
from regscope.evaluation.examples import chosen, examples_of, pool_of
from regscope.measures.corruptions import CORRUPTIONS, SEVERITIES, corrupted
from regscope.study.networks import load_networks
from tests import tiny
from tests.evaluation.trained import FEW, evaluated, held_out, right, with_evaluation


@pytest.mark.parametrize("examples", [None, FEW])
def test_robustness_is_accuracy_on_one_corrupted_pool(
    examples: int | None, digits: Dataset, tmp_path: Path
) -> None:
    study = with_evaluation(tiny.study(), examples=examples)
    _, found = evaluated(study, digits, tmp_path)
    table = {
        (row["seed"], row["corruption"], row["severity"]): row["accuracy"]
        for row in found.robustness
    }
    assert list(table) == list(product((0, 1), CORRUPTIONS["image"], (0, *SEVERITIES)))
    pool = torch.from_numpy(digits.inputs).float() * digits.scale
    for seed, network in enumerate(load_networks(study, "tested", tmp_path, digits)):
        indices = held_out(study, digits, seed, examples)
        labels = torch.from_numpy(digits.targets[indices])
        for name, severity in (("shift", 4), ("gaussian_noise", 2), ("blur", 0)):
            hurt = corrupted("image", name, pool, severity)[indices]
            assert table[seed, name, severity] == pytest.approx(right(network, hurt, labels))
        hurt_ones = [
            table[seed, name, severity]
            for name, severity in product(CORRUPTIONS["image"], SEVERITIES)
        ]
        row = found.measures[seed]
        assert row["corruption_accuracy"] == pytest.approx(np.mean(hurt_ones))
        clean = table[seed, "shift", 0]
        assert row["corruption_drop"] == pytest.approx(clean - np.mean(hurt_ones))
        if examples is None:
            assert clean == row["test_accuracy"]


def test_the_pool_is_the_sources_test_set_or_everything(digits: Dataset) -> None:
    study, official = tiny.study(), dataclasses.replace(digits, official_train=200)
    few = with_evaluation(study, examples=FEW)
    stored = torch.from_numpy(digits.inputs).float() * digits.scale
    for tried, dataset, expected in (
        (study, digits, stored),
        (few, digits, stored),
        (study, official, stored[200:]),
        (few, official, stored[200 : 200 + FEW]),
    ):
        pool = pool_of(dataset, tried.evaluation.examples)
        assert torch.equal(pool, expected)
        for seed in (0, 1):
            seen = examples_of(tried, "none", dataset, seed)
            assert torch.equal(chosen(pool, seen.pooled), stored[seen.few])
            assert torch.equal(seen.few, seen.test[: tried.evaluation.examples])
