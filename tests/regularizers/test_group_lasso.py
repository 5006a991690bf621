"""The group lasso of units: the operator, its step sizes, and where training comes to rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from torch import Tensor, nn

from regscope.datasets import Dataset
from regscope.regularizers.group_lasso import GroupLasso
from regscope.regularizers.l1_prox import L1Prox
from tests import tiny
from tests.regularizers.plain import Plain, check
from tests.regularizers.test_l1_prox import OPTIMIZERS, Steps

SIZES = st.floats(-4, 4, width=32)


def make(strength: float) -> GroupLasso:
    return GroupLasso.model_validate(strength)


def projected(values: Any, strength: float, step_size: Tensor | float) -> Tensor:
    weight = torch.tensor(values)
    make(strength).project(weight, step_size)
    return weight


def test_units_shrink_by_their_threshold_by_hand() -> None:
    """Of four weights each, the root of which is 2: lengths 10, 5 and 1 lose 2 * 5 * 0.1 = 1."""
    units = [[6.0, 8.0, 0.0, 0.0], [0.0, -3.0, 0.0, 4.0], [0.5, 0.5, -0.5, 0.5]]
    found = projected([units], 5.0, 0.1)
    expected = torch.tensor([units]) * torch.tensor([0.9, 0.8, 0.0]).view(1, 3, 1)
    torch.testing.assert_close(found, expected)
    assert (found[0, 2] == 0).all()


def test_the_penalty_by_hand() -> None:
    """Lengths 5 and 0 of two weights and 3 of one, times the roots of 2 and of 1."""
    weights = {
        "one": torch.tensor([[[3.0, -4.0], [0.0, 0.0]]]),
        "other": torch.tensor([[[-3.0]]]),
    }
    found = make(0.5).penalty(weights)
    torch.testing.assert_close(found, torch.tensor([0.5 * (5 * 2**0.5 + 3)]))


def test_a_filter_is_a_group() -> None:
    weight = torch.randn(2, 3, 4, 5, 5, generator=torch.Generator().manual_seed(0))
    for layout in (weight, weight.transpose(2, 4).contiguous().transpose(2, 4)):
        expected = make(0.1).penalty({"weight": weight.flatten(2)})
        torch.testing.assert_close(make(0.1).penalty({"weight": layout}), expected)
        for size in (0.25, torch.rand(weight.shape, generator=torch.Generator().manual_seed(1))):
            flat = size if isinstance(size, float) else size.flatten(2)
            found, rows = layout.clone(), weight.flatten(2).clone()
            make(0.1).project(found, size)
            make(0.1).project(rows, flat)
            torch.testing.assert_close(found.flatten(2), rows)


def test_the_subgradient_is_autograds() -> None:
    weight = torch.randn(2, 3, 4, 2, generator=torch.Generator().manual_seed(0)).double()
    weight[0, 1] = 0
    leaf = weight.clone().requires_grad_()
    units = leaf.flatten(2)
    alive = units.flatten(0, 1)[units.detach().flatten(0, 1).any(1)]
    torch.autograd.backward(0.3 * 8**0.5 * alive.norm(dim=1).sum())
    torch.testing.assert_close(make(0.3).subgradient(weight), leaf.grad)


def objective(value: np.ndarray, weight: np.ndarray, sizes: np.ndarray, strength: float) -> float:
    """What the operator minimizes, of one group; `sizes` are steps."""
    length = np.sqrt(len(value)) * np.linalg.norm(value)
    return float((((value - weight) ** 2) / (2 * sizes)).sum() + strength * length)


GROUPS = [
    ([1.0, -2.0, 0.5], [0.5, 0.5, 0.5]),
    ([1.0, -2.0, 0.5], [0.01, 0.9, 0.3]),
    ([3.0, 0.0, 0.2, -0.1], [2.0, 0.1, 0.01, 0.5]),
    ([0.3, 0.2], [0.5, 0.8]),
    ([0.5, -0.2, 0.1], [100.0, 0.02, 5.0]),
]


@pytest.mark.parametrize(("weight", "sizes"), GROUPS)
@pytest.mark.parametrize("strength", [0.05, 0.4, 1.5])
def test_it_is_the_minimum_that_defines_the_operator(
    weight: list[float], sizes: list[float], strength: float
) -> None:
    found = projected([[weight]], strength, torch.tensor([[sizes]]))[0, 0].double().numpy()
    about = (np.array(weight), np.array(sizes), strength)
    starts = [np.array(weight), np.array(weight) / 50]
    options = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 20_000, "maxfev": 20_000}
    lowest = [minimize(objective, s, about, "Nelder-Mead", options=options) for s in starts]
    best = min((one.fun, tuple(one.x)) for one in lowest)
    assert objective(found, *about) <= best[0] + 1e-6
    np.testing.assert_allclose(found, best[1], atol=2e-3)


def test_some_of_these_groups_die_and_some_do_not() -> None:
    found = [projected([[w]], 1.5, torch.tensor([[s]])).any().item() for w, s in GROUPS]
    assert set(found) == {True, False}


@given(
    st.lists(st.tuples(SIZES, st.floats(2**-20, 2**13, width=32)), min_size=1, max_size=20),
    st.floats(0.015625, 2),
)
def test_the_conditions_of_the_minimum_hold(
    pairs: list[tuple[float, float]], strength: float
) -> None:
    """Of any steps: it lies on the way to 0, and pull and penalty are in balance."""
    weight, sizes = (torch.tensor([[list(column)]]) for column in zip(*pairs, strict=True))
    found = weight.clone()
    make(strength).project(found, sizes)
    exact, moved = weight.double().numpy()[0, 0], found.double().numpy()[0, 0]
    thresholds = strength * np.sqrt(len(pairs)) * sizes.double().numpy()[0, 0]
    pull = np.linalg.norm(exact / thresholds)
    if pull < 1 - 1e-5:
        assert (moved == 0).all()
    elif pull > 1 + 1e-5:
        length = np.linalg.norm(moved)
        assert length > 0
        expected = exact * length / (length + thresholds)
        np.testing.assert_allclose(moved, expected, rtol=1e-3, atol=1e-5 * np.abs(exact).max())


def test_equal_steps_of_all_weights_are_one_number() -> None:
    weight = torch.randn(2, 40, 7, generator=torch.Generator().manual_seed(0))
    for size in (0.01, 0.3, 1.0, 3.0):
        one, each = weight.clone(), weight.clone()
        make(0.5).project(one, size)
        make(0.5).project(each, torch.full_like(weight, size))
        torch.testing.assert_close(one, each)
        assert torch.equal(one == 0, each == 0)


@pytest.mark.parametrize("size", [0.0, torch.zeros(()), torch.zeros(1, 3, 2)])
def test_a_step_of_length_0_leaves_units_as_they_are(size: Tensor | float) -> None:
    """As at the beginning of a warm-up; of units that are 0 as well."""
    values = [[[1.0, -2.0], [0.0, 0.0], [0.0, 3.0]]]
    assert projected(values, 0.5, size).tolist() == values


@pytest.mark.parametrize("each", [False, True])
def test_after_soft_thresholding_it_is_the_operator_of_the_sum(each: bool) -> None:
    """The sparse group lasso (Simon et al. 2013), in the order in which methods act."""
    assert GroupLasso.turn > L1Prox.turn
    generator = torch.Generator().manual_seed(3)
    weight = torch.randn(1, 1, 5, generator=generator)
    size = torch.rand(1, 1, 5, generator=generator) if each else torch.full((1, 1, 5), 0.5)
    found = weight.clone()
    step = size if each else 0.5
    L1Prox.model_validate(0.3).project(found, step)
    make(0.2).project(found, step)
    exact, sizes = weight.double().numpy()[0, 0], size.double().numpy()[0, 0]

    def both(value: np.ndarray) -> float:
        return objective(value, exact, sizes, 0.2) + 0.3 * float(np.abs(value).sum())

    options = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 20_000, "maxfev": 20_000}
    lowest = minimize(both, exact / 2, method="Nelder-Mead", options=options)
    moved = found.double().numpy()[0, 0]
    assert 0 < (moved != 0).sum() < 5
    assert both(moved) <= lowest.fun + 1e-6


def test_training_is_a_plain_loop_of_gradient_and_operator(digits: Dataset) -> None:
    def shrink(network: nn.Module) -> None:
        for weight in network.parameters():
            if weight.dim() == 2:
                threshold = 0.1 * 0.02 * weight.shape[1] ** 0.5
                weight.mul_((1 - threshold / weight.norm(dim=1, keepdim=True)).clamp(min=0))

    check({"group_lasso": 0.02}, Plain(digits, after=shrink), digits)


@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_whole_units_become_exactly_zero(optimizer: str, digits: Dataset) -> None:
    cell = {"group_lasso": {"strength": 0.02, "layers": ["hidden2"]}}
    study = tiny.study(cell, optimizer, training={"epochs": 40})
    weights = tiny.trained(study, digits, [0, 1]).model.state_dict()["hidden2.weight"]
    dead = (weights == 0).all(2)
    assert dead.any()
    assert not dead.all(1).any()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_it_solves_the_group_lasso(optimizer: dict[str, Any]) -> None:
    """At its strength, whatever the optimizer: the conditions of Yuan and Lin's equation 2."""
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(60, 4)) * np.geomspace(1, 4, 4)
    wanted = np.array([[2, 0, -1, 0.5], [0.3, 0.1, 0, 0], [0, 0.02, 0, 0.05]])
    outputs = inputs @ wanted.T + generator.normal(size=(60, 3))
    strength = 0.4
    weight = nn.Parameter(torch.ones(1, 3, 4))
    steps = Steps(optimizer, strength, weight, 0.005, make(strength))
    examples, targets = torch.from_numpy(inputs).float(), torch.from_numpy(outputs).float()
    with torch.no_grad():
        for _ in range(2500):
            weight.grad = ((examples @ weight[0].T - targets).T @ examples / 60).unsqueeze(0)
            steps.step()
    found = weight[0].detach().double().numpy()
    assert 0 < found.any(1).sum() < 3
    gradient = (inputs @ found.T - outputs).T @ inputs / 60
    for unit, pull in zip(found, gradient, strict=True):
        if unit.any():
            expected = -2 * strength * unit / np.linalg.norm(unit)
            np.testing.assert_allclose(pull, expected, atol=0.02)
        else:
            assert np.linalg.norm(pull) <= 2 * strength


@pytest.mark.parametrize("strength", [1e-4, 0.01, 1.0])
def test_where_the_loss_is_flat_adams_steps_are_of_the_learning_rate(strength: float) -> None:
    """Of units of equal weights, at any strength; and zero is at rest."""
    weight = nn.Parameter(torch.tensor([[[0.45, -0.45], [-0.25, 0.25], [0.0, 0.0]]]))
    steps = Steps({"optimizer": "adam", "epsilon": 1e-12}, strength, weight, 0.1, make(strength))
    for expected in ([0.35, 0.15, 0.0], [0.25, 0.05, 0.0], [0.15, 0.0, 0.0]):
        weight.grad = torch.zeros(1, 3, 2)
        steps.step()
        sizes = weight.detach()[0].abs().numpy()
        np.testing.assert_allclose(sizes, np.array([expected, expected]).T, atol=1e-6)
    assert (weight[0, 1:] == 0).all()
