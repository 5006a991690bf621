"""Our updates are torch's: bit for bit, where a seed's numbers end with a whole vector."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import Tensor, nn

from regscope.regularizers.l1_prox import L1Prox
from regscope.study.training import Training
from regscope.training.optimizer import Optimizer
from regscope.training.optimizers import make_optimizer

COMMON = {"learning_rate": 0.05, "batch_size": 1, "epochs": 1, "seeds": 1}

CASES: dict[str, tuple[dict[str, Any], type[torch.optim.Optimizer], dict[str, Any]]] = {
    "plain": ({"optimizer": "sgd"}, torch.optim.SGD, {}),
    "momentum": ({"optimizer": "sgd", "momentum": 0.9}, torch.optim.SGD, {"momentum": 0.9}),
    "nesterov": (
        {"optimizer": "sgd", "momentum": 0.8, "nesterov": True},
        torch.optim.SGD,
        {"momentum": 0.8, "nesterov": True},
    ),
    "adam": ({"optimizer": "adam"}, torch.optim.Adam, {"fused": True}),
    "other adam": (
        {"optimizer": "adam", "betas": [0.8, 0.95], "epsilon": 0.001},
        torch.optim.Adam,
        {"betas": (0.8, 0.95), "eps": 0.001, "fused": True},
    ),
    "adamw": ({"optimizer": "adamw"}, torch.optim.AdamW, {"fused": True}),
    "much decay": (
        {"optimizer": "adamw", "weight_decay": 0.7},
        torch.optim.AdamW,
        {"weight_decay": 0.7, "fused": True},
    ),
}
FULL = [(3, 8, 4), (3, 16), (3, 2, 4, 2, 2)]
ODD = [(3, 7, 5), (3, 7), (3, 1, 2, 3, 3)]


def parameters(shapes: Sequence[tuple[int, ...]]) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]


def gradients(shapes: Sequence[tuple[int, ...]], step: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(100 + step)
    return [torch.randn(shape, generator=generator) for shape in shapes]


def ours(settings: dict[str, Any], chosen: list[nn.Parameter]) -> Optimizer:
    return make_optimizer(TypeAdapter(Training).validate_python({**COMMON, **settings}), chosen)


def six_steps(
    case: str, shapes: Sequence[tuple[int, ...]]
) -> Iterator[tuple[list[nn.Parameter], list[nn.Parameter]]]:
    """Our parameters and torch's after every step from the same start."""
    settings, theirs, options = CASES[case]
    found, expected = parameters(shapes), parameters(shapes)
    optimizer = ours(settings, found)
    reference = theirs(expected, lr=0.05, **{"foreach": False, **options})  # type: ignore[call-arg]
    for step in range(6):
        for chosen in (found, expected):
            for parameter, gradient in zip(chosen, gradients(shapes, step), strict=True):
                parameter.grad = gradient.clone()
        optimizer.step()
        reference.step()
        yield found, expected


@pytest.mark.parametrize("case", CASES)
def test_updates_are_torchs(case: str) -> None:
    start = parameters(FULL)
    for found, expected in six_steps(case, FULL):
        for mine, other, old in zip(found, expected, start, strict=True):
            if "decay" in case or case == "adamw":
                # Torch's update decays and steps in one rounding.
                torch.testing.assert_close(mine, other, rtol=1e-6, atol=1e-7)
            else:
                assert torch.equal(mine, other)
            assert not torch.equal(mine, old)


@pytest.mark.parametrize("case", CASES)
def test_updates_of_odd_shapes_are_torchs_to_rounding(case: str) -> None:
    for found, expected in six_steps(case, ODD):
        for mine, other in zip(found, expected, strict=True):
            torch.testing.assert_close(mine, other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("shapes", [FULL, ODD])
def test_a_seeds_update_does_not_depend_on_the_others(
    case: str, shapes: list[tuple[int, ...]]
) -> None:
    together, alone = parameters(shapes), [nn.Parameter(p[1:2]) for p in parameters(shapes)]
    optimizers = [ours(CASES[case][0], chosen) for chosen in (together, alone)]
    for step in range(3):
        for one, all_, gradient in zip(alone, together, gradients(shapes, step), strict=True):
            all_.grad, one.grad = gradient.clone(), gradient[1:2].clone()
        for optimizer in optimizers:
            optimizer.step()
    for one, all_ in zip(alone, together, strict=True):
        assert torch.equal(one[0], all_[1])


KERAS = {"optimizer": "adam", "conventions": "keras", "epsilon": 0.01}


@pytest.mark.parametrize("shapes", [FULL, ODD])
@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.0, 0.5)])
def test_keras_adam_is_as_keras_writes_it(
    shapes: list[tuple[int, ...]], betas: tuple[float, float]
) -> None:
    """Keras 3, `Adam.update_step`, in numpy's float64; a large epsilon tells it from torch's."""
    chosen = parameters(shapes)
    expected = [parameter.detach().double().numpy().copy() for parameter in chosen]
    moments = [(np.zeros_like(values), np.zeros_like(values)) for values in expected]
    optimizer = ours({**KERAS, "betas": betas}, chosen)
    torchs = parameters(shapes)
    other = ours({**KERAS, "betas": betas, "conventions": "torch"}, torchs)
    for step in range(8):
        drawn = gradients(shapes, step)
        power = np.array(betas) ** (step + 1)
        rate = 0.05 * np.sqrt(1 - power[1]) / (1 - power[0])
        for values, (first, second), gradient in zip(expected, moments, drawn, strict=True):
            exact = gradient.double().numpy()
            first += (exact - first) * (1 - betas[0])
            second += (exact**2 - second) * (1 - betas[1])
            values -= first * rate / (np.sqrt(second) + 0.01)
        for steps, whose in ((optimizer, chosen), (other, torchs)):
            for parameter, gradient in zip(whose, drawn, strict=True):
                parameter.grad = gradient.clone()
            steps.step()
    for parameter, values, elsewhere in zip(chosen, expected, torchs, strict=True):
        np.testing.assert_allclose(parameter.detach().double().numpy(), values, atol=2e-6)
        assert (parameter - elsewhere).abs().max() > 1e-3


def test_a_proximal_step_is_the_same_by_kerass_epsilon_but_for_its_place() -> None:
    """Of gradient 3 at strength 1: v is .001 (3 + 1)^2, and epsilon stands beside its root."""
    weight = nn.Parameter(torch.full((1, 1, 1), 2.0))
    settings = TypeAdapter(Training).validate_python({**COMMON, **KERAS})
    term = L1Prox.model_validate(1.0)
    optimizer = make_optimizer(settings, [weight], [(term, [weight])])
    weight.grad = torch.full((1, 1, 1), 3.0)
    optimizer.step()
    with torch.no_grad():
        term.project(weight, optimizer.step_size(0))
    size = 0.05 * math.sqrt(0.001) / (math.sqrt(0.001 * 16) + 0.01)
    assert weight.item() == pytest.approx(2 - size * 3 - size * 1, rel=1e-6)


@pytest.mark.parametrize("case", ["adam", "momentum"])
def test_a_gradient_in_another_memory_layout_counts_the_same(case: str) -> None:
    plain, other = parameters([(2, 4, 8)]), parameters([(2, 4, 8)])
    gradient = gradients([(2, 4, 8)], 0)[0]
    plain[0].grad = gradient
    other[0].grad = gradient.transpose(1, 2).contiguous().transpose(1, 2)
    for chosen in (plain, other):
        ours(CASES[case][0], chosen).step()
    assert torch.equal(plain[0], other[0])


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


@pytest.mark.parametrize("shapes", [FULL, ODD])
@pytest.mark.parametrize("case", CASES)
def test_the_step_size_is_what_a_steady_gradient_is_multiplied_by(
    case: str, shapes: Sequence[tuple[int, ...]]
) -> None:
    settings, _, options = CASES[case]
    chosen = parameters(shapes)
    optimizer = ours(settings, chosen)
    second = [torch.zeros_like(parameter).double() for parameter in chosen]
    decay, epsilon = options.get("betas", (0.9, 0.999))[1], options.get("eps", 1e-8)
    for step in range(3):
        for index, gradient in enumerate(gradients(shapes, step)):
            chosen[index].grad = gradient
            second[index] = decay * second[index] + (1 - decay) * gradient.double() ** 2
        optimizer.step()
    for index, moment in enumerate(second):
        expected = torch.full_like(moment, 0.05 / (1 - settings.get("momentum", 0)))
        if settings["optimizer"] != "sgd":
            expected /= (moment / (1 - decay**3)).sqrt() + epsilon
        found = torch.as_tensor(optimizer.step_size(index)).expand_as(moment).double()
        torch.testing.assert_close(found, expected, rtol=2**-20, atol=0)
