from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from regscope.stacking.streams import Streams

DRAWS = {
    "uniform": lambda streams: streams.uniform(5, 3),
    "normal": lambda streams: streams.normal(5, 3),
    "bits": lambda streams: streams.bits(17),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_draws_the_same_in_any_company(name: str) -> None:
    together: Tensor = DRAWS[name](Streams([0, 1, 2], "test"))
    assert torch.equal(DRAWS[name](Streams([1], "test"))[0], together[1])
    assert torch.equal(DRAWS[name](Streams([2, 0], "test")), together[[2, 0]])


@pytest.mark.parametrize("name", DRAWS)
def test_streams_differ_by_seed_purpose_and_epoch(name: str) -> None:
    streams = Streams([0, 1], "test")
    first: Tensor = DRAWS[name](streams)
    second = DRAWS[name](streams)
    other = DRAWS[name](Streams([0, 1], "other"))
    streams.start_epoch(1)
    next_epoch = DRAWS[name](streams)
    for found in (first[1], second[0], other[0], next_epoch[0]):
        assert not torch.equal(found, first[0])


@pytest.mark.parametrize("name", DRAWS)
def test_an_epoch_begins_anew(name: str) -> None:
    streams = Streams([0, 1], "test")
    streams.start_epoch(3)
    first: Tensor = DRAWS[name](streams)
    streams.start_epoch(4)
    streams.start_epoch(3)
    assert torch.equal(DRAWS[name](streams), first)


def test_bits_are_uniform_over_all_of_int16() -> None:
    size = 2**20
    bits = Streams([0, 1], "test").bits(size)
    assert bits.dtype == torch.int16
    assert bits.shape == (2, size)
    for values in bits:
        assert (values.min(), values.max()) == (-32768, 32767)
        for byte in (values.long() & 255, (values.long() >> 8) & 255):
            counts = torch.bincount(byte, minlength=256).double()
            chi_square = float(((counts - size / 256) ** 2 / (size / 256)).sum())
            # 255 degrees of freedom: mean 255, standard deviation 22.6.
            assert abs(chi_square - 255) < 5 * math.sqrt(2 * 255)


def test_uniform_and_normal_have_their_moments() -> None:
    streams = Streams([0], "test")
    uniform, normal = streams.uniform(100_000), streams.normal(100_000)
    assert uniform.min() >= -1
    assert uniform.max() < 1
    assert float(uniform.mean()) == pytest.approx(0, abs=0.01)
    assert float(uniform.std()) == pytest.approx(1 / math.sqrt(3), abs=0.005)
    assert float(normal.mean()) == pytest.approx(0, abs=0.016)
    assert float(normal.std()) == pytest.approx(1, abs=0.012)


def test_words_are_those_of_splitmix64() -> None:
    """The first outputs from the state 1234567 of the reference implementation."""
    streams = Streams([0], "test")
    streams._keys.fill_(1234567)
    drawn = [streams.words(2), streams.words(3)]
    assert [word % 2**64 for word in torch.cat(drawn, 1)[0].tolist()] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_draws_go_on_where_the_last_ended() -> None:
    whole, parts = Streams([0, 1], "test"), Streams([0, 1], "test")
    assert torch.equal(whole.bits(24), torch.cat([parts.bits(8), parts.bits(16)], 1))
    assert parts.position == whole.position == 6


def test_normal_draws_have_normal_tails() -> None:
    drawn = Streams([0], "test").normal(1_000_000)
    for bound, share in ((1.0, 0.317311), (2.0, 0.045500), (3.0, 0.002700)):
        outside = float((drawn.abs() > bound).double().mean())
        assert outside == pytest.approx(share, abs=5 * math.sqrt(share / 1_000_000))
