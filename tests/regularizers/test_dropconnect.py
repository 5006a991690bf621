from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.func import functional_call

from regscope.datasets import Dataset
from regscope.regularizers.dropconnect import DropConnect
from tests.regularizers.own import any_step, own
from tests.regularizers.plain import SEED, Plain, check
from tests.training.reference import Words


def mask(words: Words, shape: torch.Size, rate: float) -> Tensor:
    drawn = words.draw(shape.numel(), np.int16) + 32768
    kept = torch.from_numpy(drawn >= round(rate * 65536)).view(shape)
    return kept.double() / (1 - round(rate * 65536) / 65536)


def test_a_pass_sees_masked_weights_and_its_gradient_is_by_those_that_come_back() -> None:
    weights = {"weight": torch.linspace(-1, 1, 60).view(2, 5, 6)}
    clean = weights["weight"].clone()
    weights["weight"].grad = torch.full((2, 5, 6), 3.0)
    running = DropConnect(rate=0.25).passing(any_step(), own(weights))
    next(running)
    expected = torch.stack(
        [mask(Words(seed, "tested", 0), torch.Size([5, 6]), 0.25) for seed in (0, 1)]
    ).float()
    assert 0 < int((expected == 0).sum()) < 30
    torch.testing.assert_close(weights["weight"], clean * expected)
    assert next(running, None) is None
    assert weights["weight"].equal(clean)
    torch.testing.assert_close(weights["weight"].grad, 3 * expected)


@pytest.mark.parametrize("rate", [0.01, 0.5, 0.9])
def test_weights_are_dropped_at_the_rate_and_keep_their_mean(rate: float) -> None:
    """Within five standard errors of means of 200,000."""
    weights = {"weight": torch.ones(1, 200, 1000)}
    weights["weight"].grad = torch.zeros_like(weights["weight"])
    next(DropConnect(rate=rate).passing(any_step(), own(weights)))
    found = weights["weight"].double()
    error = (rate * (1 - rate) / 200_000) ** 0.5
    assert abs(float((found == 0).double().mean()) - rate) < 5 * error
    assert abs(float(found.mean()) - 1) < 5 * error / (1 - rate)


class Masked(Plain):
    """Autograd's gradient through `w * mask`, of the matrices; with a radius SAM's, each pass with
    masks of its own."""

    radius, steps = 0.0, 0

    def backward(self) -> None:
        words = Words(SEED, "dropconnect", self.steps)
        self.sharpness_aware(lambda: self.masked(words), self.radius)

    def masked(self, words: Words) -> None:
        self.optimizer.zero_grad()
        there = {
            name: parameter * mask(words, parameter.shape, 0.3)
            if parameter.dim() == 2
            else parameter
            for name, parameter in self.network.named_parameters()
        }
        logits = functional_call(self.network, there, (self.inputs,))
        torch.autograd.backward(self.loss(logits, self.labels))

    def step(self) -> None:
        super().step()
        self.steps += 1


@pytest.mark.parametrize("radius", [0.0, 0.3])
def test_it_is_autograds_gradient_and_sam_draws_for_each_pass(
    radius: float, digits: Dataset
) -> None:
    plain = Masked(digits)
    plain.radius = radius
    check({"dropconnect": 0.3, "sam": radius}, plain, digits)
