"""A path's cells, the study's own strength on it, and the measures of its networks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.sweeps.measured import candidates, prediction_measures, weight_measures
from regscope.sweeps.path import path_of, published_strength
from regscope.sweeps.settings import Family
from tests.sweeps import settings

MIXED = Family(strengths=(0.01, 0.1), mix={"l1": 0.3, "l2": 1})


def test_a_path_has_the_baseline_and_a_cell_a_strength() -> None:
    path = path_of(settings.study(), "l1", Family(strengths=(0.01, 0.1)), seeds=3)
    assert path.strengths == {"none": 0.0, "strength_1": 0.01, "strength_2": 0.1}
    assert list(path.study.cells) == list(path.strengths)
    assert path.study.cells["none"].methods() == []
    (method,) = path.study.cells["strength_2"].methods()
    assert method.model_dump() == {"strength": 0.1, "layers": ("hidden1",)}, "options stay"
    assert path.study.training.seeds == 3
    assert settings.study().training.seeds == 5, "the study itself is as it was"


def test_a_mix_gives_every_method_its_factor() -> None:
    path = path_of(settings.study(), "elastic_net", MIXED, seeds=2)
    strengths = {
        method.name: getattr(method, method.main)
        for method in path.study.cells["strength_2"].methods()
    }
    assert strengths == pytest.approx({"l1": 0.03, "l2": 0.1})


def test_the_studys_own_strength_is_where_all_its_methods_agree() -> None:
    study = settings.study()
    assert published_strength(study, "dropout", Family(strengths=(0.1, 0.5))) == 0.2
    assert published_strength(study, "elastic_net", MIXED) == 0.01
    other = Family(strengths=(0.01, 0.1), mix={"l1": 1, "l2": 1})
    assert published_strength(study, "elastic_net", other) is None


def test_a_candidate_that_cannot_be_is_refused_in_one_line() -> None:
    with pytest.raises(RegscopeError, match=r"^regularizers.big.dropout = 2: must be less than 1$"):
        candidates(settings.study(), {"big": {"dropout": 2}}, seeds=2)


def test_weights_are_measured_over_all_layers_seed_by_seed() -> None:
    first = np.array([[[3.0, 0.0], [0.0, 4.0]], [[1.0, 1.0], [1.0, 1.0]]], np.float32)
    second = np.array([[[12.0, 0.001]], [[0.0, 0.0]]], np.float32)
    found = weight_measures({"a.weight": first, "b.weight": second})
    assert found[0] == pytest.approx(
        {"zero_fraction": 2 / 6, "near_zero_fraction": 3 / 6, "weight_l2_norm": 13.0}
    )
    assert found[1] == pytest.approx(
        {"zero_fraction": 2 / 6, "near_zero_fraction": 2 / 6, "weight_l2_norm": 2.0}
    )


def test_predictions_are_measured_on_each_seeds_own_parts(digits: Dataset) -> None:
    """A network that always says 3, with certainty: its accuracy is the share of threes."""

    class Three(nn.Module):
        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            return 50 * nn.functional.one_hot(torch.full((len(inputs),), 3), 10).float()

    study = settings.study()
    for seed in range(2):
        found = prediction_measures(Three(), digits, study, seed)
        inside = digits.split(study.split, seed, "validation")
        shares = {
            "train": np.mean(digits.targets[inside.train] == 3),
            "validation": np.mean(digits.targets[inside.holdout] == 3),
            "test": np.mean(digits.targets[digits.split(study.split, seed).holdout] == 3),
        }
        for split, share in shares.items():
            assert found[f"{split}_accuracy"] == pytest.approx(share)
        for split in ("validation", "test"):
            assert found[f"{split}_loss"] == pytest.approx(50 * (1 - shares[split]))
        assert found["generalization_gap"] == pytest.approx(shares["train"] - shares["test"])
        assert found["expected_calibration_error"] == pytest.approx(1 - shares["test"])
