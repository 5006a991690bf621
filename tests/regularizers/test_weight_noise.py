from __future__ import annotations

import inspect
from pathlib import Path

import pytest
import torch

from regscope.datasets import Dataset
from regscope.regularizers.weight_noise import WeightNoise
from tests.regularizers.drawn import normal
from tests.regularizers.own import any_step, own
from tests.regularizers.plain import SEED, Plain, check
from tests.training.reference import Words

ROOT = Path(__file__).parents[2]


def test_a_pass_sees_noise_of_the_stated_size_and_the_weights_come_back() -> None:
    weights = {"weight": torch.linspace(-1, 1, 30).view(2, 3, 5)}
    clean = weights["weight"].clone()
    running = WeightNoise(deviation=0.25).passing(any_step(), own(weights))
    next(running)
    for seed in range(2):
        drawn = torch.from_numpy(normal(Words(seed, "tested", 0), 15)).view(3, 5)
        found = (weights["weight"][seed] - clean[seed]).double()
        torch.testing.assert_close(found, 0.25 * drawn, rtol=1e-5, atol=1e-6)
    assert next(running, None) is None
    assert weights["weight"].equal(clean)


class Noisy(Plain):
    """Of the matrices: the gradient at noisy ones, and torch's update of the clean ones.

    With a radius the gradient is sharpness-aware minimization's, and each pass has its noise.
    """

    radius, steps = 0.0, 0

    def backward(self) -> None:
        words = Words(SEED, "weight_noise", self.steps)
        self.sharpness_aware(lambda: self.noisy(words), self.radius)

    def noisy(self, words: Words) -> None:
        matrices = [weight for weight in self.network.parameters() if weight.dim() == 2]
        kept = [weight.detach().clone() for weight in matrices]
        with torch.no_grad():
            for weight in matrices:
                drawn = normal(words, weight.numel()).reshape(weight.shape)
                weight.add_(torch.from_numpy(0.05 * drawn))
        super().backward()
        with torch.no_grad():
            for weight, clean in zip(matrices, kept, strict=True):
                weight.copy_(clean)

    def step(self) -> None:
        super().step()
        self.steps += 1


@pytest.mark.parametrize("radius", [0.0, 0.3])
def test_it_is_a_plain_loop_and_sam_draws_for_each_pass(radius: float, digits: Dataset) -> None:
    plain = Noisy(digits)
    plain.radius = radius
    check({"weight_noise": 0.05, "sam": radius}, plain, digits)


def test_the_page_on_adding_a_method_shows_it_as_it_is() -> None:
    shown = inspect.getsource(WeightNoise.passing).replace("  # noqa: ARG002", "")
    assert shown in (ROOT / "docs" / "add-a-regularizer.md").read_text()
