from __future__ import annotations

import math
from collections import OrderedDict

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from regscope.measures.units import BATCH, effective_rank, hidden_activations, unit_measures
from regscope.models.cnn import CNN
from regscope.models.mlp import MLP

NORMAL = torch.randn(400, 9, generator=torch.Generator().manual_seed(0))
MIXED = NORMAL @ torch.randn(9, 9, generator=torch.Generator().manual_seed(1))
CONSTANT = torch.full((400, 1), 0.1)
DEAD = torch.zeros(400, 1)


def columns(*parts: Tensor) -> Tensor:
    return torch.cat(parts, 1)


def orthogonal(units: int) -> Tensor:
    """Columns of a Hadamard matrix but its first: centred, orthogonal, of equal length."""
    matrix = torch.ones(1, 1)
    while len(matrix) <= units:
        matrix = torch.cat([torch.cat([matrix, matrix], 1), torch.cat([matrix, -matrix], 1)])
    return matrix[:, 1 : units + 1]


def test_correlations_are_numpys() -> None:
    correlations = np.corrcoef(MIXED.double().numpy().T)
    expected = np.abs(correlations[np.triu_indices(9, 1)]).mean()
    assert unit_measures(MIXED)["correlation"] == pytest.approx(expected, rel=1e-12)


def test_effective_ranks_are_those_of_numpys_singular_values() -> None:
    activations = MIXED.relu() + 3
    centred = activations.double().numpy() - activations.double().numpy().mean(0)
    values = np.linalg.svd(centred, compute_uv=False)
    shares = values / values.sum()
    expected = np.exp(-(shares * np.log(shares)).sum())
    assert unit_measures(activations)["effective_rank"] == pytest.approx(expected, rel=1e-9)


def test_two_units_that_do_the_same() -> None:
    unit = NORMAL[:, :1]
    for other in (unit, -2 * unit, 0.5 * unit + 3):
        found = unit_measures(columns(unit, other))
        assert found["correlation"] == pytest.approx(1, abs=1e-6)
        assert found["effective_rank"] == pytest.approx(1, abs=1e-6)
        assert found["units"] == 2


def test_no_correlation_exceeds_one_by_rounding() -> None:
    for column in MIXED.T:
        assert unit_measures(torch.stack([column, column / 3], 1))["correlation"] <= 1


@pytest.mark.parametrize("units", [2, 7, 12])
def test_units_that_have_nothing_to_do_with_one_another(units: int) -> None:
    found = unit_measures(orthogonal(units) + 1)
    assert found["correlation"] == pytest.approx(0, abs=1e-12)
    assert found["effective_rank"] == pytest.approx(units, rel=1e-12)
    assert found["mean_activation"] == pytest.approx(1)
    assert found["dead_fraction"] == 0


def test_one_pair_of_three() -> None:
    first, second = orthogonal(2).split(1, 1)  # type: ignore[no-untyped-call]
    found = unit_measures(columns(first, second, first))
    assert found["correlation"] == pytest.approx(1 / 3, rel=1e-12)
    # Singular values sqrt(2) and 1.
    share = math.sqrt(2) / (1 + math.sqrt(2))
    entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
    assert found["effective_rank"] == pytest.approx(math.exp(entropy), rel=1e-12)


def test_dead_units() -> None:
    found = unit_measures(columns(NORMAL.relu(), DEAD, DEAD, -NORMAL[:, :1].abs()))
    assert found["dead_fraction"] == pytest.approx(3 / 12)
    assert found["units"] == 12
    alive_once = DEAD.clone()
    alive_once[17] = 1e-6
    assert unit_measures(alive_once)["dead_fraction"] == 0


def test_constant_units_are_left_out_of_correlations_and_ranks() -> None:
    """Also where rounding leaves a constant some spread; they count as units, though not dead."""
    rounded = 0.1 + 1e-8 * NORMAL[:, :1]
    assert rounded.std() > 0
    some = unit_measures(MIXED)
    found = unit_measures(columns(CONSTANT, MIXED, rounded, DEAD))
    assert found["correlation"] == pytest.approx(some["correlation"], rel=1e-12)
    assert found["effective_rank"] == pytest.approx(some["effective_rank"], rel=1e-9)
    assert found["units"] == 12
    assert found["dead_fraction"] == pytest.approx(1 / 12)


def seldom(units: int, times: int, generator: torch.Generator) -> Tensor:
    """ReLU units `[400, units]`, each above 0 on `times` examples of its own choice."""
    found = torch.zeros(400, units)
    for unit in range(units):
        found[torch.randperm(400, generator=generator)[:times], unit] = 2.0
    return found


def test_units_that_seldom_fire_do_not_make_others_look_independent() -> None:
    """Of 400 examples, 4 are enough to count, and 3 are not; they have a direction all the same."""
    generator = torch.Generator().manual_seed(4)
    busy, rare, counted = MIXED.relu(), seldom(9, 3, generator), seldom(9, 4, generator)
    alone = unit_measures(busy)["correlation"]
    found = unit_measures(columns(rare, busy))
    assert found["correlation"] == pytest.approx(alone, rel=1e-12)
    assert found["dead_fraction"] == 0
    assert found["units"] == 18
    assert found["effective_rank"] > unit_measures(busy)["effective_rank"] + 1
    assert unit_measures(columns(counted, busy))["correlation"] < 0.5 * alone
    assert math.isnan(unit_measures(rare)["correlation"])


def test_units_that_never_rest_at_0_all_count() -> None:
    """Of tanh, at rest at -1 but for a few examples, and above 0 on these alone."""
    resting = torch.tanh(seldom(9, 3, torch.Generator().manual_seed(4)) * 10 - 5)
    values = columns(MIXED.tanh(), resting)
    correlations = np.corrcoef(values.double().numpy().T)
    expected = np.abs(correlations[np.triu_indices(18, 1)]).mean()
    assert unit_measures(values)["correlation"] == pytest.approx(expected, rel=1e-9)


def test_a_small_spread_about_a_large_mean_counts() -> None:
    shifted = (MIXED.double() * 1e-3) + 10
    assert unit_measures(shifted)["correlation"] == pytest.approx(
        unit_measures(MIXED)["correlation"], rel=1e-9
    )


@pytest.mark.parametrize("activations", [columns(DEAD, DEAD), columns(CONSTANT, CONSTANT)])
def test_units_that_all_do_nothing(activations: Tensor) -> None:
    found = unit_measures(activations)
    assert math.isnan(found["correlation"])
    assert found["effective_rank"] == 0
    assert found["dead_fraction"] == float((activations == 0).all())


def test_a_single_unit_has_no_pair() -> None:
    found = unit_measures(columns(NORMAL[:, :1], DEAD))
    assert math.isnan(found["correlation"])
    assert found["effective_rank"] == pytest.approx(1)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_equal_singular_values_count_as_many(count: int) -> None:
    values = torch.cat([torch.full((count,), 3.0), torch.zeros(4)]).double()
    assert effective_rank(values) == pytest.approx(count, rel=1e-12)
    assert effective_rank(torch.zeros(4)) == 0


@given(st.integers(3, 30), st.integers(1, 8), st.integers(0, 1000), st.sampled_from([1e-4, 8.0]))
def test_bounds_and_symmetries(examples: int, units: int, seed: int, scale: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    activations = torch.randn(examples, units, generator=generator, dtype=torch.float64)
    activations = (activations + 0.3).relu()
    found = unit_measures(activations)
    assert found["effective_rank"] <= min(examples - 1, units) + 1e-9
    assert found["effective_rank"] >= 1 - 1e-9 or found["effective_rank"] == 0
    assert math.isnan(found["correlation"]) or 0 <= found["correlation"] <= 1
    shuffled = activations[torch.randperm(examples, generator=generator)]
    shuffled = shuffled[:, torch.randperm(units, generator=generator)]
    assert unit_measures(shuffled) == pytest.approx(found, rel=1e-6, abs=1e-9, nan_ok=True)
    scaled = found | {"mean_activation": scale * found["mean_activation"]}
    assert unit_measures(activations * scale) == pytest.approx(
        scaled, rel=1e-6, abs=1e-9, nan_ok=True
    )


def filled(network: nn.Module, seed: int = 0) -> nn.Module:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
    return network.eval()


STORED = torch.randint(0, 256, (BATCH + 7, 1, 12, 12), generator=torch.Generator().manual_seed(3))


def test_activations_of_a_dense_network_are_what_leaves_its_activations() -> None:
    network = MLP(hidden=(6, 4)).build((1, 12, 12), 3)
    network.register_module("hidden1_norm", nn.BatchNorm1d(6))
    network.register_module("hidden1_dropout", nn.Dropout(0.5))
    filled(network)
    network.get_buffer("hidden1_norm.running_mean").fill_(0.2)
    stored = STORED.to(torch.uint8)
    found = hidden_activations(network, ["hidden1", "hidden2"], stored, 1 / 255)
    layers = dict(network.named_children())
    with torch.no_grad():
        first = layers["hidden1_norm"](layers["hidden1"](stored.flatten(1).float() / 255)).relu()
        second = layers["hidden2"](first).relu()
    assert list(found) == ["hidden1", "hidden2"]
    torch.testing.assert_close(found["hidden1"], first)
    torch.testing.assert_close(found["hidden2"], second)
    assert unit_measures(found["hidden1"])["units"] == 6


@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_maps_are_averaged_over_space_after_pooling(activation: str) -> None:
    settings = CNN.model_validate(
        {"filters": [5, 3], "pooled": ["conv1"], "activation": activation, "dense": [4]}
    )
    network = filled(settings.build((1, 12, 12), 3))
    inputs = STORED[:20].float() / 255
    found = hidden_activations(network, settings.hidden_layers(), inputs, 1.0)
    act = {"relu": nn.ReLU(), "gelu": nn.GELU()}[activation]
    layers = dict(network.named_children())
    with torch.no_grad():
        first = nn.functional.max_pool2d(act(layers["conv1"](inputs)), 2)
        second = act(layers["conv2"](first))
        third = layers["dense1"](second.flatten(1)).relu()
    torch.testing.assert_close(found["conv1"], first.mean((2, 3)))
    torch.testing.assert_close(found["conv2"], second.mean((2, 3)))
    torch.testing.assert_close(found["dense1"], third)


def test_no_hook_stays_behind_and_nothing_of_the_network_changes() -> None:
    network = filled(MLP(hidden=(6, 4)).build((1, 12, 12), 3))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    hidden_activations(network, ["hidden1"], STORED, 1 / 255)
    with pytest.raises(RuntimeError):
        hidden_activations(network, ["hidden1"], torch.zeros(3, 1, 5, 5), 1.0)
    assert not any(module._forward_pre_hooks for module in network.modules())
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


def test_a_layer_without_slots() -> None:
    network = nn.Sequential(OrderedDict(only=nn.Linear(2, 2)))
    with pytest.raises(AttributeError, match="only_dropout"):
        hidden_activations(network, ["only"], torch.zeros(3, 2), 1.0)
