from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from regscope.datasets import Dataset
from regscope.regularizers.adversarial import Adversarial
from regscope.study.networks import plain_networks
from tests import tiny
from tests.regularizers.plain import Plain, check
from tests.regularizers.refused import refused


def objective(
    network: nn.Module, inputs: Tensor, labels: Tensor, epsilon: float, share: float
) -> Tensor:
    """Goodfellow, Shlens and Szegedy 2015, section 6, with `1 - share` for their alpha."""
    leaf = inputs.clone().requires_grad_()
    (slope,) = torch.autograd.grad(functional.cross_entropy(network(leaf), labels), leaf)
    moved = inputs + epsilon * slope.sign()
    clean = functional.cross_entropy(network(inputs), labels)
    return (1 - share) * clean + share * functional.cross_entropy(network(moved), labels)


class Moved(Plain):
    """Autograd's gradient of the objective; with a radius SAM's, which climbs all of it."""

    epsilon, share, radius = 0.1, 0.5, 0.0

    def backward(self) -> None:
        self.sharpness_aware(self.passed, self.radius)

    def passed(self) -> None:
        self.optimizer.zero_grad()
        term = objective(self.network, self.inputs, self.labels, self.epsilon, self.share)
        torch.autograd.backward(term)


@pytest.mark.parametrize(
    ("epsilon", "share", "radius"), [(0.1, 0.5, 0), (0.3, 1, 0), (0.1, 0.5, 0.2)]
)
def test_it_is_autograds_gradient_of_both_losses(
    epsilon: float, share: float, radius: float, digits: Dataset
) -> None:
    plain = Moved(digits)
    plain.epsilon, plain.share, plain.radius = epsilon, share, radius
    cell = {"adversarial": {"epsilon": epsilon, "share": share}, "sam": radius}
    check(cell, plain, digits)


ONE_STEP = {"epochs": 1, "batch_size": 54}


@pytest.mark.parametrize(
    "model", [tiny.CONVOLUTIONAL, {"kind": "mlp", "hidden": [8, 8], "residual": True}]
)
def test_a_step_of_networks_that_go_by_autograd(model: dict[str, Any], digits: Dataset) -> None:
    with tiny.in_float64():
        study = tiny.study({"adversarial": 0.1}, model=model, training=ONE_STEP)
        trainer = tiny.trainer(study, digits, [0, 1])
        networks = plain_networks(study, "tested", trainer.model.state_dict(), digits)
        inputs, labels = trainer.examples.gather(trainer.train)
        trainer.run()
        for seed, network in enumerate(networks):
            own = slice(54 * seed, 54 * seed + 54)
            term = objective(network.double(), inputs[own].double(), labels[own], 0.1, 0.5)
            parameters = dict(network.named_parameters())
            gradients = torch.autograd.grad(term, list(parameters.values()))
            for (name, parameter), gradient in zip(parameters.items(), gradients, strict=True):
                torch.testing.assert_close(
                    trainer.model.state_dict()[name][seed], parameter.detach() - 0.1 * gradient
                )
            loss = functional.cross_entropy(network(inputs[own].double()), labels[own])
            torch.testing.assert_close(trainer.history[0, seed, 0].double(), loss.detach())


def test_running_statistics_are_those_of_the_clean_pass(digits: Dataset) -> None:
    """Of one step, the same as without."""
    found = [
        tiny.trained(tiny.study({"batch_norm": True, **cell}, training=ONE_STEP), digits, [0, 1])
        for cell in ({}, {"adversarial": 0.3})
    ]
    none, moved = (trainer.model.state_dict() for trainer in found)
    kept = {name for name in none if "running" in name or "tracked" in name}
    differing = tiny.differences(moved, none)
    assert kept
    assert not kept & set(differing)
    assert "hidden1.weight" in differing


@pytest.mark.parametrize("kind", ["table", "tokens"])
def test_what_has_no_numbers_to_move_is_refused(kind: str) -> None:
    told = f"adversarial = None: there is none for {kind} data: it is for image and points"
    assert refused(Adversarial(epsilon=0.1), kind) == told
