from __future__ import annotations

import copy
import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
import torch
from torch import Tensor, nn

from regscope.datasets import Dataset
from regscope.evaluation import passes as evaluation_passes
from regscope.evaluation.inside import pruning_rows, units_together
from regscope.evaluation.passes import judge_from
from regscope.measures.pruning import FRACTIONS
from regscope.measures.robustness import input_gradient_norm
from regscope.measures.spectrum import stable_rank
from regscope.measures.units import hidden_activations, unit_measures
from regscope.measures.weights import MOST_LAYERS_ALONE
from regscope.study.networks import load_networks
from tests import tiny
from tests.evaluation.trained import FEW, evaluated, held_out, inputs_of, right, with_evaluation


def test_weights_are_measured_by_layer_and_together(digits: Dataset, tmp_path: Path) -> None:
    trainer, found = evaluated(tiny.study({"batch_norm": True}), digits, tmp_path)
    state = trainer.model.state_dict()
    layers = ["hidden1", "hidden2", "output"]
    assert [(row["seed"], row["layer"]) for row in found.layers] == [
        (seed, layer) for seed in range(2) for layer in layers
    ]
    for seed in range(2):
        matrices = [state[f"{layer}.weight"][seed].double().numpy() for layer in layers]
        for row, matrix in zip(found.layers[3 * seed :], matrices, strict=False):
            assert row["std"] == pytest.approx(matrix.std())
            assert row["l1_norm"] == pytest.approx(np.abs(matrix).sum())
        together = np.concatenate([matrix.ravel() for matrix in matrices])
        assert found.measures[seed]["weight_std"] == pytest.approx(together.std())
        assert found.measures[seed]["weight_l2_norm"] == pytest.approx(np.linalg.norm(together))
        assert found.measures[seed]["weight_max_norm"] == pytest.approx(np.abs(together).max())
        near = [row["near_zero_fraction"] for row in found.layers[3 * seed : 3 * seed + 3]]
        sizes = [matrix.size for matrix in matrices]
        share = found.measures[seed]["near_zero_fraction"]
        assert share == pytest.approx(np.average(near, weights=sizes))
        ranks = [stable_rank(matrix) / min(matrix.shape) for matrix in matrices]
        assert found.measures[seed]["stable_rank_fraction"] == pytest.approx(np.mean(ranks))


@pytest.mark.parametrize("examples", [None, FEW])
def test_units_and_gradients_are_of_the_first_test_examples(
    examples: int | None, digits: Dataset, tmp_path: Path
) -> None:
    study = with_evaluation(tiny.study({"batch_norm": True}), examples=examples)
    _, found = evaluated(study, digits, tmp_path)
    for seed, network in enumerate(load_networks(study, "tested", tmp_path, digits)):
        inputs, labels = inputs_of(digits, held_out(study, digits, seed, examples))
        seen = hidden_activations(network, ["hidden1", "hidden2"], inputs, 1.0)
        rows = found.units[2 * seed : 2 * seed + 2]
        assert [row["layer"] for row in rows] == ["hidden1", "hidden2"]
        for row in rows:
            expected = unit_measures(seen[row["layer"]])
            assert {name: row[name] for name in expected} == pytest.approx(expected)
        together, (first, second) = found.measures[seed], rows
        correlation = (first["correlation"] + second["correlation"]) / 2
        assert together["unit_correlation"] == pytest.approx(correlation)
        ranks = (first["effective_rank"] / 16 + second["effective_rank"] / 8) / 2
        assert together["effective_rank_fraction"] == pytest.approx(ranks)
        dead = (16 * first["dead_fraction"] + 8 * second["dead_fraction"]) / 24
        assert together["dead_unit_fraction"] == pytest.approx(dead)
        gradient = input_gradient_norm(network, inputs, labels)
        assert together["input_gradient_norm"] == pytest.approx(gradient)


def test_what_is_not_there_is_empty() -> None:
    assert all(math.isnan(value) for value in units_together([]).values())
    constant = {
        "units": 4,
        "correlation": math.nan,
        "effective_rank": 0.0,
        "dead_fraction": 1.0,
        "mean_activation": 0.0,
    }
    live = {**constant, "correlation": 0.25, "dead_fraction": 0.0}
    assert math.isnan(units_together([constant])["unit_correlation"])
    assert units_together([constant, live])["unit_correlation"] == 0.25
    assert units_together([constant, live])["dead_unit_fraction"] == 0.5


@pytest.mark.parametrize("model", [None, tiny.CONVOLUTIONAL])
def test_pruning_curves_are_those_of_networks_without_the_smallest_weights(
    model: dict[str, Any] | None, digits: Dataset, tmp_path: Path
) -> None:
    study = with_evaluation(tiny.study({"batch_norm": True}, model=model), examples=FEW)
    _, found = evaluated(study, digits, tmp_path)
    layers = study.model.layer_names()
    scopes = {"all": layers, **{layer: (layer,) for layer in layers}}
    curves = {
        (row["seed"], row["scope"], row["fraction"]): row["accuracy"] for row in found.pruning
    }
    assert list(curves) == list(product((0, 1), scopes, FRACTIONS))
    for seed, network in enumerate(load_networks(study, "tested", tmp_path, digits)):
        inputs, labels = inputs_of(digits, held_out(study, digits, seed, FEW))
        for (scope, pruned), fraction in product(scopes.items(), (0.0, 0.7, 0.95, 1.0)):
            expected = right(without_smallest(network, pruned, fraction), inputs, labels)
            assert curves[seed, scope, fraction] == pytest.approx(expected), (scope, fraction)
        curve = [curves[seed, "all", fraction] for fraction in FRACTIONS]
        area = sklearn.metrics.auc(FRACTIONS, curve)
        assert found.measures[seed]["pruning_area"] == pytest.approx(area)


def without_smallest(network: nn.Module, layers: tuple[str, ...], fraction: float) -> nn.Module:
    pruned = copy.deepcopy(network)
    weights = [pruned.get_parameter(f"{layer}.weight") for layer in layers]
    relative = [
        weight.detach().double().abs() / weight.detach().double().square().mean().sqrt()
        for weight in weights
    ]
    sizes = torch.cat([layer.flatten() for layer in relative]).sort().values
    count = round(fraction * len(sizes))
    with torch.no_grad():
        for weight, size in zip(weights, relative, strict=True):
            if count:
                weight[size <= sizes[count - 1]] = 0
    return pruned


@pytest.mark.parametrize("kept_bytes", [0, 4 * 4 * 50 - 1, 4 * 4 * 50])
def test_no_more_is_kept_for_the_passes_that_follow_than_is_allowed(
    kept_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What enters the second layer is `[50, 4]`; where that is too much, all is passed again."""
    torch.manual_seed(0)
    chain = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    inputs, labels = torch.randn(50, 3), torch.randint(0, 2, (50,))
    passes: list[int] = []
    monkeypatch.setattr(evaluation_passes, "KEPT_BYTES", kept_bytes)
    judge = judge_from(chain, "2", inputs, labels)
    chain[0].register_forward_pre_hook(lambda _, given: passes.append(len(given[0])))
    found = chain(inputs).detach()
    passes.clear()
    accuracy, loss = judge(chain)
    assert passes == ([] if kept_bytes == 800 else [50])
    assert loss == pytest.approx(nn.functional.cross_entropy(found, labels).item(), rel=1e-6)
    assert accuracy == pytest.approx((found.argmax(1) == labels).double().mean().item())


class Wrapped(nn.Module):
    """A network that is no plain chain of its children."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.inner(inputs)
        return 2 * outputs


def test_networks_that_are_no_chain_are_judged_as_a_whole() -> None:
    torch.manual_seed(0)
    chain = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    inputs, labels = torch.randn(50, 3), torch.randint(0, 2, (50,))
    doubled = (2 * chain(inputs)).detach()
    expected = nn.functional.cross_entropy(doubled, labels).item()
    wrapped = Wrapped(chain)
    accuracy, loss = judge_from(wrapped, "inner", inputs, labels)(wrapped)
    assert loss == pytest.approx(expected, rel=1e-6)
    assert accuracy == pytest.approx((doubled.argmax(1) == labels).double().mean().item())


def test_of_deep_networks_only_all_layers_together_are_pruned() -> None:
    inputs, labels = torch.randn(20, 3), torch.randint(0, 3, (20,))
    scopes = {}
    for depth in (MOST_LAYERS_ALONE, MOST_LAYERS_ALONE + 1):
        chain = nn.Sequential(*(nn.Linear(3, 3) for _ in range(depth)))
        rows = pruning_rows(chain, inputs, labels)
        scopes[depth] = list(dict.fromkeys(row["scope"] for row in rows))
    layers = [str(layer) for layer in range(MOST_LAYERS_ALONE)]
    assert scopes == {16: ["all", *layers], 17: ["all"]}
