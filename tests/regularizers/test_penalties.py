"""Terms of the weights: hand computations, the written definitions, and what they act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.models.initialization import initialized
from regscope.regularizers import REGULARIZERS, Regularizer, Scoped
from regscope.regularizers.base import add_penalty, has_hook
from regscope.training.loop import Trainer
from tests import tiny
from tests.regularizers.own import any_step, own
from tests.regularizers.settings import CELLS, SETTINGS


def make(name: str, setting: Any) -> Regularizer:
    return REGULARIZERS[name].model_validate(setting)


TERMS = [name for name in SETTINGS if has_hook(make(name, SETTINGS[name]), "penalty")]
PENALTIES = [name for name in TERMS if not has_hook(make(name, SETTINGS[name]), "weights")]


def value(penalty: Regularizer, weights: Mapping[str, Tensor]) -> Tensor:
    term = penalty.penalty(weights)
    assert term is not None
    return term


def stacked(*values: Any, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    """Weights `[S, ...]` with zero gradients."""
    weights = {
        f"layer{index}.weight": nn.Parameter(torch.tensor(value, dtype=dtype))
        for index, value in enumerate(values)
    }
    for weight in weights.values():
        weight.grad = torch.zeros_like(weight)
    return dict(weights)


def gradients(penalty: Regularizer, weights: Mapping[str, Tensor]) -> list[Tensor]:
    with torch.no_grad():
        penalty.gradients(any_step(), own(weights))
    return [weight.grad for weight in weights.values() if weight.grad is not None]


def acted_on(trainer: Trainer) -> list[Mapping[str, Tensor]]:
    return [one.own.weights for one in trainer.acting if one.own.weights]


THREE = [[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]]
TWO_SEEDS = [[[1.0, -2.0], [0.0, 3.0]], [[0.5, 0.5], [-0.5, 0.0]]]


def test_l1_by_hand() -> None:
    weights = stacked(TWO_SEEDS)
    penalty = make("l1", 0.1)
    # 0.1 * (1 + 2 + 0 + 3) and 0.1 * (0.5 + 0.5 + 0.5 + 0)
    torch.testing.assert_close(value(penalty, weights), torch.tensor([0.6, 0.15]))
    (gradient,) = gradients(penalty, weights)
    expected = [[[0.1, -0.1], [0.0, 0.1]], [[0.1, 0.1], [-0.1, 0.0]]]
    torch.testing.assert_close(gradient, torch.tensor(expected))


def test_l2_by_hand() -> None:
    weights = stacked(TWO_SEEDS)
    penalty = make("l2", 0.1)
    # 0.1 * (1 + 4 + 0 + 9) and 0.1 * (0.25 + 0.25 + 0.25 + 0)
    torch.testing.assert_close(value(penalty, weights), torch.tensor([1.4, 0.075]))
    (gradient,) = gradients(penalty, weights)
    expected = [[[0.2, -0.4], [0.0, 0.6]], [[0.1, 0.1], [-0.1, 0.0]]]
    torch.testing.assert_close(gradient, torch.tensor(expected))


def test_orthogonality_by_hand() -> None:
    """Rows (1, 1) and (0, 2) have the Gram matrix (2, 2), (2, 4): 1 + 4 + 4 + 9 of I's."""
    weights = stacked([[[1.0, 1.0], [0.0, 2.0]], [[1.0, 0.0], [0.0, -1.0]]])
    penalty = make("orthogonal", 0.1)
    torch.testing.assert_close(value(penalty, weights), torch.tensor([1.8, 0.0]))
    (gradient,) = gradients(penalty, weights)
    # 0.4 times ((1, 2), (2, 3)) times the rows.
    expected = [[[0.4, 2.0], [0.8, 3.2]], [[0.0, 0.0], [0.0, 0.0]]]
    torch.testing.assert_close(gradient, torch.tensor(expected))


@pytest.mark.parametrize("layer", [nn.Linear(9, 4), nn.Linear(4, 9), nn.Conv2d(2, 30, 3)])
def test_the_larger_gram_matrix_has_the_same_gradient(layer: nn.Module) -> None:
    plain = layer.get_parameter("weight").detach().double()
    weight = plain.unsqueeze(0).clone().requires_grad_()
    weight.grad = torch.zeros_like(weight)
    penalty = make("orthogonal", 0.5)
    (found,) = gradients(penalty, {"weight": weight})
    whole = plain.clone().requires_grad_()
    matrix = whole.flatten(1)
    rows, columns = matrix.shape
    larger = matrix @ matrix.T if rows > columns else matrix.T @ matrix
    term = 0.5 * ((larger - torch.eye(len(larger))) ** 2).sum()
    torch.autograd.backward(term)
    torch.testing.assert_close(found[0], whole.grad)
    smaller = value(penalty, {"weight": weight})[0]
    torch.testing.assert_close(term - smaller, torch.tensor(0.5 * abs(rows - columns)).double())


def test_orthogonality_alone_ends_at_singular_values_of_1() -> None:
    """Of a flat, an upright and a convolution's matrix, by plain steps down the gradient."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(2, 5, 8), (2, 8, 5), (2, 3, 2, 3, 3)]
    weights: dict[str, Tensor] = {
        str(shape): nn.Parameter(torch.randn(shape, generator=generator) / 3) for shape in shapes
    }
    penalty = make("orthogonal", 0.1)
    for _ in range(400):
        for weight in weights.values():
            weight.grad = torch.zeros_like(weight)
        for weight, gradient in zip(weights.values(), gradients(penalty, weights), strict=True):
            weight.data.sub_(gradient, alpha=0.2)
    assert (value(penalty, weights) < 1e-6).all()
    for weight in weights.values():
        found = torch.linalg.svdvals(weight.detach().flatten(2))
        torch.testing.assert_close(found, torch.ones_like(found), rtol=0, atol=1e-3)


def test_several_layers_add_up() -> None:
    weights = stacked([[[1.0, -2.0]]], [[[3.0], [-4.0]]])
    torch.testing.assert_close(value(make("l1", 0.5), weights), torch.tensor([5.0]))
    torch.testing.assert_close(value(make("l2", 0.5), weights), torch.tensor([15.0]))


def test_l1_and_l2_compose_to_the_elastic_net_by_hand() -> None:
    weights = stacked([[[2.0, -1.0]]])
    both = [make("l1", 0.1), make("l2", 0.01)]
    total = sum(value(penalty, weights).item() for penalty in both)
    assert total == pytest.approx(0.1 * 3 + 0.01 * 5)
    for penalty in both:
        found = gradients(penalty, weights)
    torch.testing.assert_close(found[0], torch.tensor([[[0.1 + 0.04, -0.1 - 0.02]]]))


def orthogonality(matrix: Tensor) -> Tensor:
    gram = matrix @ matrix.T if len(matrix) <= matrix.shape[1] else matrix.T @ matrix
    found: Tensor = ((gram - torch.eye(len(gram), dtype=gram.dtype)) ** 2).sum()
    return found


DEFINITIONS = {
    "group_lasso": lambda strength, weight: (
        strength * weight[0].numel() ** 0.5 * weight.flatten(1).norm(dim=1).sum()
    ),
    "l1": lambda strength, weight: strength * weight.abs().sum(),
    "l1_prox": lambda strength, weight: strength * weight.abs().sum(),
    "l2": lambda strength, weight: strength * (weight**2).sum(),
    "orthogonal": lambda strength, weight: strength * orthogonality(weight.flatten(1)),
}
IN_NUMPY = {
    "l1": lambda strength, weight: strength * np.linalg.norm(weight.ravel(), 1),
    "l2": lambda strength, weight: strength * np.linalg.norm(weight.ravel(), 2) ** 2,
    # By singular values, of which each Gram matrix has the squares.
    "orthogonal": lambda strength, weight: (
        strength
        * ((np.linalg.svd(weight.reshape(len(weight), -1), compute_uv=False) ** 2 - 1) ** 2).sum()
    ),
}


@pytest.mark.parametrize("name", PENALTIES)
def test_value_and_gradient_agree_with_the_written_definition(name: str) -> None:
    generator = torch.Generator().manual_seed(1)
    values = [
        torch.randn(3, 7, 5, generator=generator),
        torch.randn(3, 4, 2, 3, 3, generator=generator),
    ]
    weights = stacked(*(value.tolist() for value in values))
    penalty = make(name, 0.03)
    found = value(penalty, weights).detach()
    found_gradients = gradients(penalty, weights)
    for seed in range(3):
        alone = [value[seed].double().requires_grad_() for value in values]
        expected = sum((DEFINITIONS[name](0.03, weight) for weight in alone), torch.zeros(()))
        torch.autograd.backward(expected)
        numpy_value = sum(IN_NUMPY[name](0.03, weight.detach().numpy()) for weight in alone)
        assert float(found[seed]) == pytest.approx(expected.item(), rel=1e-6)
        assert float(found[seed]) == pytest.approx(numpy_value, rel=1e-6)
        for weight, gradient in zip(alone, found_gradients, strict=True):
            exact = weight.grad
            assert exact is not None
            # Of sums of products, which may cancel.
            atol = 1e-6 * float(exact.abs().max()) if name == "orthogonal" else 1e-8
            torch.testing.assert_close(exact, gradient[seed].double(), rtol=1e-6, atol=atol)


@pytest.mark.parametrize("name", PENALTIES)
def test_the_closed_gradient_is_autograds(name: str) -> None:
    value = torch.randn(2, 6, 5, generator=torch.Generator().manual_seed(0)).tolist()
    penalty = make(name, SETTINGS[name])
    # Portable products of float32 have no gradient.
    closed = gradients(penalty, stacked(value, dtype=torch.float64))
    weights = stacked(value, dtype=torch.float64)
    with torch.no_grad():
        add_penalty(penalty, own(weights))
    by_autograd = [weight.grad for weight in weights.values()]
    torch.testing.assert_close(closed, by_autograd)
    assert all(bool(gradient.any()) for gradient in closed)


@pytest.mark.parametrize("name", PENALTIES)
def test_a_gradient_is_added_to_what_is_there(name: str) -> None:
    weights = stacked([[[1.0, -2.0]]])
    alone = gradients(make(name, SETTINGS[name]), stacked([[[1.0, -2.0]]]))[0]
    weights["layer0.weight"].grad = torch.tensor([[[10.0, 20.0]]])
    (gradient,) = gradients(make(name, SETTINGS[name]), weights)
    torch.testing.assert_close(gradient, alone + torch.tensor([[[10.0, 20.0]]]))


@pytest.mark.parametrize("name", TERMS)
def test_biases_and_batch_normalization_are_spared(name: str, digits: Dataset) -> None:
    cell = {name: SETTINGS[name], "batch_norm": True}
    (weights,) = acted_on(tiny.trainer(tiny.study(cell), digits, [0, 1]))
    assert list(weights) == ["hidden1.weight", "hidden2.weight", "output.weight"]


@pytest.mark.parametrize("name", TERMS)
@pytest.mark.parametrize("layers", [["hidden1"], ["hidden2", "output"]])
def test_layers_scopes_a_penalty(name: str, layers: list[str], digits: Dataset) -> None:
    cell = {name: {"strength": 0.01, "layers": layers}}
    trainer = tiny.trainer(tiny.study(cell), digits, [0, 1])
    (acting,) = trainer.acting
    method, weights = acting.method, acting.own.weights
    assert list(weights) == [f"{layer}.weight" for layer in layers]
    state = trainer.model.state_dict()
    expected = sum(DEFINITIONS[name](0.01, state[f"{layer}.weight"][1]) for layer in layers)
    assert value(method, weights)[1].item() == pytest.approx(float(expected), rel=1e-5)


def test_a_scoped_penalty_leaves_the_other_layers_gradients_alone(digits: Dataset) -> None:
    cell = {"l2": {"strength": 0.5, "layers": ["output"]}}
    one_step = {"epochs": 1, "batch_size": 54}
    none, scoped = (
        tiny.trained(tiny.study(chosen, training=one_step), digits, [0]).model.state_dict()
        for chosen in ({}, cell)
    )
    assert list(tiny.differences(scoped, none)) == ["output.weight"]


def test_ten_layers_are_told_apart(digits: Dataset) -> None:
    """`hidden1` does not mean `hidden10`."""
    cell = {"l1": {"strength": 0.01, "layers": ["hidden1"]}}
    study = tiny.study(cell, model={"hidden": [4] * 10})
    (weights,) = acted_on(tiny.trainer(study, digits, [0]))
    assert list(weights) == ["hidden1.weight"]


def test_the_penalty_in_the_history_is_that_of_the_weights(digits: Dataset) -> None:
    trainer = tiny.trained(tiny.study(CELLS["elastic_net"]), digits, [0, 1])
    matrices = [
        value.double() for name, value in trainer.model.state_dict().items() if "weight" in name
    ]
    for seed in range(2):
        expected = sum(
            0.001 * float(matrix[seed].abs().sum() + (matrix[seed] ** 2).sum())
            for matrix in matrices
        )
        assert float(trainer.history[1, seed, -1]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_l2_in_sgd_is_torchs_weight_decay_step_by_step(momentum: float, digits: Dataset) -> None:
    strength, steps, size = 0.02, 12, 40
    study = tiny.study(
        {"l2": strength},
        split={"train": size},
        # One batch an epoch, so that an epoch is a step.
        training={"epochs": steps, "batch_size": size, "momentum": momentum},
    )
    seed = 3
    plain = initialized(study.model, digits.input_shape, 10, seed)
    matrices = [weight for weight in plain.parameters() if weight.dim() == 2]
    biases = [weight for weight in plain.parameters() if weight.dim() == 1]
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": 2 * strength},
        {"params": biases},
    ]
    optimizer = torch.optim.SGD(groups, lr=study.training.learning_rate, momentum=momentum)
    chosen = digits.split(study.split, seed).train
    inputs = torch.from_numpy(digits.inputs[chosen]).float() / 16
    targets = torch.from_numpy(digits.targets[chosen])
    trainer = tiny.trainer(study, digits, [seed])
    compared = 0

    def after_step(_: object) -> None:
        nonlocal compared
        optimizer.zero_grad()
        torch.autograd.backward(nn.functional.cross_entropy(plain(inputs), targets))
        optimizer.step()
        for name, value in trainer.model.state_dict().items():
            torch.testing.assert_close(
                value[0], plain.state_dict()[name], rtol=1e-5, atol=1e-6, msg=f"{name}, {compared}"
            )
        compared += 1

    trainer.run(after_step)
    assert compared == steps


class Rows(Scoped):
    """Of matrices with three columns only; `wrong` says how it is mistaken."""

    name: ClassVar[str] = "rows"
    strength: float
    wrong: str = ""

    def penalty(self, weights: Mapping[str, Tensor]) -> Any:
        chosen = [weight for weight in weights.values() if weight.shape[-1] == 3]
        if self.wrong == "not by seed":
            return sum(weight.norm() for weight in chosen)
        if self.wrong == "a constant":
            return torch.ones(2)
        return self.strength * sum(weight.square().flatten(1).sum(1) for weight in chosen)


def test_a_penalty_may_look_at_some_weights_only() -> None:
    weights = stacked([[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]], [[[7.0]], [[8.0]]])
    penalty = Rows(strength=0.5)
    penalty.try_out(weights)
    used, other = gradients(penalty, weights)
    assert used.tolist() == [[[1, 2, 3]], [[4, 5, 6]]]
    assert other.tolist() == [[[0]], [[0]]]


@pytest.mark.parametrize(
    ("wrong", "weights", "told"),
    [
        ("", stacked([[[1.0]], [[2.0]]]), r"the penalty is 0\.0, and must be a tensor \[S\]"),
        ("not by seed", stacked(THREE), r"the penalty has shape \[\], .* one number a seed, \[2\]"),
        ("a constant", stacked(THREE), "the penalty depends on none of these weights"),
    ],
)
def test_a_penalty_that_does_nothing_is_refused(
    wrong: str, weights: dict[str, Tensor], told: str
) -> None:
    with pytest.raises(RegscopeError, match=f"^rows: {told}") as error:
        Rows(strength=1, wrong=wrong).try_out(weights)
    assert len(str(error.value)) < 300
