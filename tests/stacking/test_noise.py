"""Noise on activations: its distribution, and whose draws it is of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor, nn

from regscope.models.dense.gaussian_dropout import GaussianDropout
from regscope.models.dense.max_dropout import MaxDropout
from regscope.stacking.noise import (
    StackedChannelDropout,
    StackedDropout,
    StackedGaussianDropout,
    StackedMaxDropout,
    StackedNoise,
)
from regscope.stacking.stack import stack, streams_of
from regscope.stacking.streams import Streams
from tests.training.reference import Words


def normal(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def of_each(seeds: Sequence[int], rates: Sequence[float]) -> Sequence[float]:
    """The rate of every seed; one is all seeds'."""
    return [*rates] * (len(seeds) // len(rates))


def dropout(seeds: Sequence[int], *rates: float) -> StackedDropout:
    layers = [nn.Dropout(rate) for rate in of_each(seeds, rates)]
    return StackedDropout(layers, Streams(seeds, "mask/test"))


def gaussian(seeds: Sequence[int], *rates: float) -> StackedGaussianDropout:
    layers = [GaussianDropout(rate) for rate in of_each(seeds, rates)]
    return StackedGaussianDropout(layers, Streams(seeds, "mask/test"))


def channels(seeds: Sequence[int], *rates: float) -> StackedChannelDropout:
    layers = [nn.Dropout2d(rate) for rate in of_each(seeds, rates)]
    return StackedChannelDropout(layers, Streams(seeds, "mask/test"))


Noise = Callable[..., StackedNoise]
OF_ANY_KIND = pytest.mark.parametrize("noise", [dropout, gaussian, channels])


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.3, 0.5, 0.9, 0.999])
def test_dropout_drops_at_its_rate_and_keeps_the_expectation(rate: float) -> None:
    count = 400_000
    masks = dropout([0, 1], rate)(torch.ones(2 * 100, count // 100)).view(2, count)
    kept_value = 65536 / (65536 - round(rate * 65536))
    # The rate is a multiple of 1/65536, and a kept unit's value makes up for it exactly.
    assert kept_value * (1 - round(rate * 65536) / 65536) == pytest.approx(1, abs=1e-12)
    assert abs(round(rate * 65536) / 65536 - rate) <= 1 / 131072
    deviation = math.sqrt(rate * (1 - rate) / count)
    for mask in masks:
        assert set(mask.unique().tolist()) == {0.0, torch.tensor(kept_value).item()}
        dropped = float((mask == 0).double().mean())
        assert abs(dropped - rate) < 4.5 * deviation + 1 / 131072
        assert abs(float(mask.double().mean()) - 1) < 4.5 * deviation * kept_value + 1e-4


def test_dropouts_kept_units_are_scaled_and_their_gradients_too() -> None:
    inputs = normal(2 * 8, 16).requires_grad_()
    outputs = dropout([0, 1], 0.25)(inputs)
    outputs.sum().backward()
    kept = outputs != 0
    torch.testing.assert_close(outputs[kept], inputs[kept] / 0.75)
    assert inputs.grad is not None
    torch.testing.assert_close(inputs.grad, kept / 0.75)


def test_a_channel_is_dropped_whole_as_its_word_says() -> None:
    maps = normal(2 * 3, 5, 4, 2).abs() + 1
    found = channels([5, 2], 0.25)(maps)
    for seed, part, before in zip((5, 2), found.chunk(2), maps.chunk(2), strict=True):
        kept = Words(seed, "mask/test", 0).draw(15, np.int16) + 32768 >= round(0.25 * 65536)
        expected = before / 0.75 * torch.from_numpy(kept).view(3, 5, 1, 1)
        torch.testing.assert_close(part, expected.float())
        assert 0 < kept.sum() < 15


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 0.8, 0.99])
def test_factors_are_normal_around_1_with_kerass_deviation(rate: float) -> None:
    count = 200_000
    factors = gaussian([0, 1], rate)(torch.ones(2 * 100, count // 100)).view(2, count).double()
    deviation = math.sqrt(rate / (1.0 - rate))
    for found in factors:
        assert abs(float(found.mean()) - 1) < 4.5 * deviation / math.sqrt(count)
        spread = 4.5 * deviation / math.sqrt(2 * count)
        assert float(found.std()) == pytest.approx(deviation, abs=spread)
        # A draw of that many points lies further off than this once in 10,000 times.
        furthest = stats.kstest((found.numpy() - 1) / deviation, "norm").statistic
        assert furthest < stats.kstwobign.isf(1e-4) / math.sqrt(count)


def test_mean_and_variance_of_the_factors_are_those_of_dropouts() -> None:
    layer = GaussianDropout(0.2)
    kept = 1 / (1 - 0.2)
    assert layer.variance == pytest.approx(0.8 * kept**2 - 1)


def test_the_first_factors_by_hand() -> None:
    """Four numbers a seed take two words each of radii and of angles, halves of four words."""
    found = gaussian([5], 0.5)(torch.full((2, 2), 3.0)).flatten()
    uniform = Words(5, "mask/test", 0).draw(4, np.int32) // 256 / 2**23
    radii = np.sqrt(-2 * np.log((1 - uniform[:2]) / 2))
    turns = np.pi * uniform[2:]
    drawn = [*(radii * np.cos(turns)), *(radii * np.sin(turns))]
    # At rate 0.5 the deviation is 1.
    np.testing.assert_allclose(found.numpy(), 3 * (1 + np.array(drawn)), rtol=1e-5)


def test_gradients_are_multiplied_by_the_factors() -> None:
    inputs = torch.full((2 * 8, 16), 2.0, requires_grad=True)
    outputs = gaussian([0, 1], 0.25)(inputs)
    outputs.sum().backward()
    assert inputs.grad is not None
    torch.testing.assert_close(inputs.grad, outputs.detach() / 2)
    assert inputs.grad.std() > 0.4


def test_every_seed_has_its_own_rate() -> None:
    factors = gaussian([0, 1, 2], 0.5, 0.01, 0.9)(torch.ones(3 * 100, 500)).view(3, -1)
    expected = torch.tensor([1.0, math.sqrt(1 / 99), 3.0])
    torch.testing.assert_close(factors.std(1), expected, rtol=0.02, atol=0)


@OF_ANY_KIND
def test_a_seeds_factors_do_not_depend_on_its_neighbours_or_their_rates(noise: Noise) -> None:
    """Nor on how many numbers there are, odd ones too."""
    for shape in ((64, 32), (53, 13), (1, 1)):
        ones = torch.ones(shape)
        alone = noise([7], 0.5)(ones)
        for seeds in ([7, 1], [1, 7], [0, 1, 2, 7]):
            rates = [0.5 if seed == 7 else 0.1 * seed for seed in seeds]
            together = noise(seeds, *rates)(ones.repeat(len(seeds), 1))
            assert torch.equal(together.chunk(len(seeds))[seeds.index(7)], alone)


@OF_ANY_KIND
def test_noise_of_two_seeds_units_and_steps_is_independent(noise: Noise) -> None:
    layer = noise([0, 1], 0.5)
    first, second = (layer(torch.ones(2 * 100, 200)).view(2, -1) for _ in range(2))
    pairs = [(first[0], first[1]), (first[0], second[0]), (first[0][1:], first[0][:-1])]
    for one, other in pairs:
        correlation = torch.corrcoef(torch.stack([one, other]))[0, 1]
        assert abs(float(correlation)) < 4.5 / math.sqrt(20_000)


@OF_ANY_KIND
def test_nothing_is_changed_at_rate_0_and_in_evaluation(noise: Noise) -> None:
    inputs = normal(2 * 8, 16)
    assert torch.equal(noise([0, 1], 0.0)(inputs), inputs)
    assert torch.equal(noise([0, 1], 0.5).eval()(inputs), inputs)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
@OF_ANY_KIND
def test_type_and_layout_stay(noise: Noise, kind: torch.dtype) -> None:
    inputs = torch.ones(4, 3, 5, 5, dtype=kind).to(memory_format=torch.channels_last)
    outputs = noise([0, 1], 0.5)(inputs)
    assert outputs.dtype == kind
    assert outputs.is_contiguous(memory_format=torch.channels_last)
    whole = noise([0, 1], 0.5)(inputs.float().contiguous())
    torch.testing.assert_close(outputs.float(), whole, rtol=2**-8, atol=2**-8)


def plain(inputs: Tensor, rate: float, seed: int) -> Tensor:
    torch.manual_seed(seed)
    outputs: Tensor = GaussianDropout(rate).train()(inputs)
    return outputs


def test_the_plain_module_is_kerass_with_torchs_draws() -> None:
    inputs = torch.randn(4, 5, generator=torch.Generator().manual_seed(1))
    found = plain(inputs, 0.2, seed=3)
    torch.manual_seed(3)
    expected = inputs * torch.normal(torch.ones(4, 5), math.sqrt(0.2 / (1.0 - 0.2)))
    torch.testing.assert_close(found, expected)
    assert torch.equal(GaussianDropout(0.2).eval()(inputs), inputs)
    assert torch.equal(plain(inputs, 0.0, seed=3), inputs)


def test_a_networks_module_is_stacked() -> None:
    networks = [nn.Sequential(nn.Linear(2, 3), GaussianDropout(0.4)) for _ in range(2)]
    stacked = stack(networks, [0, 3], torch.ones(2, 2)).train()
    assert isinstance(stacked.get_submodule("1"), StackedGaussianDropout)
    assert [streams.purpose for streams in streams_of(stacked)] == ["mask/1"]


def test_torchs_dropout_of_channels_is_stacked() -> None:
    networks = [nn.Sequential(nn.Conv2d(1, 3, 2), nn.Dropout2d(0.4)) for _ in range(2)]
    stacked = stack(networks, [0, 3], torch.ones(2, 1, 4, 4)).train()
    assert isinstance(stacked.get_submodule("1"), StackedChannelDropout)
    assert [streams.purpose for streams in streams_of(stacked)] == ["mask/1"]


def highest(seeds: Sequence[int], *rates: float) -> StackedMaxDropout:
    layers = [MaxDropout(rate) for rate in of_each(seeds, rates)]
    return StackedMaxDropout(layers, Streams(seeds, "mask/test"))


def test_the_upper_part_of_each_seeds_range_is_switched_off() -> None:
    """Ranges from 0 to 10, from -2 to 2 and none; what is just as high as the limit stays on."""
    activations = torch.tensor([[0.0, 7], [7.5, 10], [-2, -1], [0, 2], [3, 3], [3, 3]])
    activations.requires_grad_()
    found = highest([0, 1, 2], 0.25, 0.5, 0.9)(activations)
    assert found.tolist() == [[0, 7], [7.5, 0], [-2, -1], [0, 0], [3, 3], [3, 3]]
    found.sum().backward()
    assert activations.grad is not None
    assert activations.grad.tolist() == [[1, 1], [1, 0], [1, 1], [1, 0], [1, 1], [1, 1]]


def test_max_dropouts_plain_module_is_the_stacked_ones() -> None:
    maps = normal(3, 4, 5, 5).to(memory_format=torch.channels_last)
    stacked, module = highest([0], 0.4), MaxDropout(0.4)
    found = stacked(maps)
    assert found.equal(module(maps))
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert 0 < int((found == 0).sum()) < 300
    assert stacked.eval()(maps).equal(maps)
    assert module.eval()(maps).equal(maps)
    networks = [nn.Sequential(nn.Linear(2, 3), MaxDropout(0.4)) for _ in range(2)]
    made = stack(networks, [0, 3], torch.ones(2, 2)).get_submodule("1")
    assert isinstance(made, StackedMaxDropout)
