"""Our updates are torch's, bit for bit."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pydantic import TypeAdapter
from torch import Tensor, nn

from regscope.training.optimizers import Optimizer, make_optimizer
from regscope.training.settings import Training

COMMON = {"learning_rate": 0.05, "batch_size": 1, "epochs": 1, "seeds": 1}

CASES: dict[str, tuple[dict[str, Any], type[torch.optim.Optimizer], dict[str, Any]]] = {
    "plain": ({"optimizer": "sgd"}, torch.optim.SGD, {}),
    "momentum": ({"optimizer": "sgd", "momentum": 0.9}, torch.optim.SGD, {"momentum": 0.9}),
    "nesterov": (
        {"optimizer": "sgd", "momentum": 0.8, "nesterov": True},
        torch.optim.SGD,
        {"momentum": 0.8, "nesterov": True},
    ),
    "adam": ({"optimizer": "adam"}, torch.optim.Adam, {}),
    "other adam": (
        {"optimizer": "adam", "betas": [0.8, 0.95], "epsilon": 0.001},
        torch.optim.Adam,
        {"betas": (0.8, 0.95), "eps": 0.001},
    ),
}
SHAPES = [(3, 7, 5), (3, 7), (3, 1, 2, 3, 3)]


def parameters() -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in SHAPES]


def gradients(step: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(100 + step)
    return [torch.randn(shape, generator=generator) for shape in SHAPES]


def ours(settings: dict[str, Any], chosen: list[nn.Parameter]) -> Optimizer:
    return make_optimizer(TypeAdapter(Training).validate_python({**COMMON, **settings}), chosen)


@pytest.mark.parametrize("case", CASES)
def test_updates_are_torchs(case: str) -> None:
    settings, theirs, options = CASES[case]
    found, expected = parameters(), parameters()
    optimizer = ours(settings, found)
    reference = theirs(expected, lr=0.05, foreach=False, **options)  # type: ignore[call-arg]
    start = [parameter.detach().clone() for parameter in found]
    for step in range(6):
        for chosen in (found, expected):
            for parameter, gradient in zip(chosen, gradients(step), strict=True):
                parameter.grad = gradient.clone()
        optimizer.step()
        reference.step()
        for mine, other in zip(found, expected, strict=True):
            assert torch.equal(mine, other), step
    assert not any(torch.equal(mine, old) for mine, old in zip(found, start, strict=True))


def test_two_steps_of_plain_sgd_by_hand() -> None:
    weight = nn.Parameter(torch.tensor([1.0, -1.0]))
    optimizer = ours({"optimizer": "sgd", "learning_rate": 0.5}, [weight])
    for expected in ([0.0, -0.5], [-1.0, 0.0]):
        weight.grad = torch.tensor([2.0, -1.0])
        optimizer.step()
        assert weight.tolist() == expected


def test_two_steps_of_momentum_by_hand() -> None:
    weight = nn.Parameter(torch.tensor([0.0]))
    optimizer = ours({"optimizer": "sgd", "learning_rate": 1.0, "momentum": 0.5}, [weight])
    # The velocity is 1, then 0.5 + 1.
    for expected in (-1.0, -2.5):
        weight.grad = torch.tensor([1.0])
        optimizer.step()
        assert weight.item() == expected


def test_adams_first_step_is_the_learning_rate_against_the_gradients_sign() -> None:
    weight = nn.Parameter(torch.tensor([0.0, 0.0]))
    optimizer = ours({"optimizer": "adam", "learning_rate": 0.1}, [weight])
    weight.grad = torch.tensor([3.0, -0.001])
    optimizer.step()
    torch.testing.assert_close(weight.detach(), torch.tensor([-0.1, 0.1]), rtol=1e-4, atol=0)


def test_zero_grad_forgets_gradients() -> None:
    weight = nn.Parameter(torch.zeros(2))
    weight.grad = torch.ones(2)
    ours({"optimizer": "sgd"}, [weight]).zero_grad()
    assert weight.grad is None
