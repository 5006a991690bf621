from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from regscope.datasets import Dataset
from regscope.regularizers.input_noise import InputNoise
from tests import tiny
from tests.regularizers.drawn import Drawn, normal
from tests.regularizers.own import own, step
from tests.regularizers.plain import check
from tests.regularizers.refused import refused
from tests.training.reference import Words

WEIGHTS = {"weight": torch.zeros(2, 1, 1)}


def noisy(inputs: Tensor, deviation: float) -> Tensor:
    """`inputs` of seeds 0 and 1, in blocks, as the first batch of an epoch has them."""
    batch = step(inputs, torch.zeros(len(inputs), dtype=torch.int64), 2, places=2)
    found, targets = InputNoise(deviation=deviation).batch(batch, own(WEIGHTS))
    assert targets is batch.targets
    return found


@pytest.mark.parametrize("shape", [(3,), (1, 3, 5), (3, 2, 2)])
def test_it_is_the_deviation_times_a_draw_for_every_number(shape: tuple[int, ...]) -> None:
    inputs = torch.rand(8, *shape, generator=torch.Generator().manual_seed(0))
    found = noisy(inputs, 0.25).double()
    for seed, block in enumerate((slice(0, 4), slice(4, 8))):
        drawn = torch.from_numpy(normal(Words(seed, "tested", 0), 4 * math.prod(shape)))
        expected = inputs[block].double() + 0.25 * drawn.view(4, *shape)
        torch.testing.assert_close(found[block], expected, rtol=1e-5, atol=1e-6)


def test_it_is_gaussian_of_the_stated_size_and_nothing_is_cut() -> None:
    by_seed = noisy(torch.ones(2 * 625, 1, 8, 8), 0.1).view(2, -1) - 1
    # Of 40,000 draws a seed: five standard errors of a mean and of a standard deviation.
    for noise in by_seed:
        assert abs(float(noise.mean())) < 5 * 0.1 / 200
        assert abs(float(noise.std()) - 0.1) < 5 * 0.1 / (200 * math.sqrt(2))
        assert float((noise.abs() < 0.1).double().mean()) == pytest.approx(0.6827, abs=0.012)
    assert abs(float(torch.corrcoef(by_seed)[0, 1])) < 5 / 200


def test_it_is_a_plain_loop_on_noisy_inputs(digits: Dataset) -> None:
    def change(words: Words, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        drawn = torch.from_numpy(normal(words, inputs.numel()))
        return inputs + 0.3 * drawn.view(inputs.shape), labels

    check({"input_noise": 0.3}, Drawn(digits, "input_noise", change), digits)


def test_what_is_held_out_has_none(digits: Dataset) -> None:
    trainer = tiny.trained(tiny.study({"input_noise": 2}), digits, [0, 1])
    inputs, labels = trainer.examples.gather(trainer.holdout)
    with torch.no_grad():
        logits = trainer.model.eval()(inputs)
    losses = functional.cross_entropy(logits, labels, reduction="none").view(2, -1).mean(1)
    torch.testing.assert_close(losses, trainer.history[3, :, -1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["table", "tokens"])
def test_data_without_numbers_to_disturb_are_refused(kind: str) -> None:
    told = f"input_noise = None: there is none for {kind} data: it is for image and points"
    assert refused(InputNoise(deviation=0.1), kind) == told
