"""Proximal L1: the operator's closed form, its step sizes, and where training comes to rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.optimize import minimize_scalar
from sklearn.linear_model import Lasso
from torch import nn

from regscope.datasets import Dataset
from regscope.regularizers import REGULARIZERS, Proximal
from regscope.training.optimizers import make_optimizer
from regscope.training.settings import Training
from tests import tiny

SIZES = st.floats(-4, 4, width=32)


def make(strength: float) -> Proximal:
    method = REGULARIZERS["l1_prox"].model_validate(strength)
    assert isinstance(method, Proximal)
    return method


def projected(values: Any, strength: float, step_size: torch.Tensor | float) -> torch.Tensor:
    weight = torch.tensor(values)
    make(strength).project(weight, step_size)
    return weight


def test_soft_thresholding_by_hand() -> None:
    found = projected([[[1.0, -2.0, 0.25, -0.5, 0.0]]], 5.0, 0.1)
    assert found.tolist() == [[[0.5, -1.5, 0.0, 0.0, 0.0]]]


def test_every_weight_has_its_own_step_size() -> None:
    found = projected([[[1.0, 1.0, 1.0]]], 2.0, torch.tensor([[[0.125, 0.5, 9.0]]]))
    assert found.tolist() == [[[0.75, 0.0, 0.0]]]


@given(st.lists(SIZES, min_size=1, max_size=20), st.floats(0.015625, 2), st.floats(0.015625, 2))
def test_the_closed_form(values: list[float], strength: float, step_size: float) -> None:
    found = projected([values], strength, step_size).double().numpy()
    exact = np.array([values])
    expected = np.sign(exact) * np.maximum(np.abs(exact) - strength * step_size, 0)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert (found[np.abs(exact) < 0.999 * strength * step_size] == 0).all()


@pytest.mark.parametrize("weight", [-1.7, -0.2, 0.0, 0.3, 2.5])
def test_it_is_the_minimum_that_defines_the_operator(weight: float) -> None:
    strength, step_size = 0.8, 0.5
    found = projected([[weight]], strength, step_size).item()

    def objective(value: float) -> float:
        return (value - weight) ** 2 / 2 + step_size * strength * abs(value)

    lowest = minimize_scalar(objective, bounds=(-3, 3), method="bounded")
    assert found == pytest.approx(lowest.x, abs=1e-4)
    assert objective(found) <= lowest.fun + 1e-7


@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
@pytest.mark.parametrize("name", ["l1", "l1_prox"])
def test_only_the_proximal_step_gives_exact_zeros(
    name: str, optimizer: str, digits: Dataset
) -> None:
    study = tiny.study({name: 0.01}, optimizer, training={"epochs": 80})
    weights = tiny.trained(study, digits, [0, 1]).model.state_dict()["hidden1.weight"]
    zeros = (weights == 0).double().mean((1, 2))
    assert bool((zeros > 0.3).all() if name == "l1_prox" else (zeros == 0).all())


@pytest.mark.parametrize(
    "optimizer",
    [
        {"optimizer": "sgd"},
        {"optimizer": "sgd", "momentum": 0.9},
        {"optimizer": "sgd", "momentum": 0.9, "nesterov": True},
        {"optimizer": "adam"},
    ],
)
def test_it_solves_the_lasso(optimizer: dict[str, Any]) -> None:
    """At its strength, whatever the optimizer; scikit-learn is the independent solver."""
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(60, 8)) * np.geomspace(1, 4, 8)
    outputs = inputs @ np.array([2, 0, -1, 0, 0, 0.5, 0, 0]) + generator.normal(size=60)
    strength = 0.3
    lasso = Lasso(alpha=strength, fit_intercept=False, tol=1e-10).fit(inputs, outputs)
    assert 0 < (lasso.coef_ == 0).sum() < 8
    weight = nn.Parameter(torch.ones(1, 1, 8))
    run = {**optimizer, "learning_rate": 0.005, "batch_size": 1, "epochs": 1, "seeds": 1}
    steps = make_optimizer(TypeAdapter(Training).validate_python(run), [weight])
    examples, targets = torch.from_numpy(inputs).float(), torch.from_numpy(outputs).float()
    with torch.no_grad():
        for _ in range(6000):
            weight.grad = ((examples @ weight[0, 0] - targets) @ examples / 60).view(1, 1, 8)
            steps.step()
            make(strength).project(weight, steps.step_size(weight))
    found = weight[0, 0].detach().numpy()
    assert ((found == 0) == (lasso.coef_ == 0)).all()
    np.testing.assert_allclose(found, lasso.coef_, atol=2e-3)
