from __future__ import annotations

import math
from importlib import import_module

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from regscope.datasets import Dataset
from regscope.models.convolutional.vision import torchvision
from regscope.regularizers.cutmix import CutMix
from regscope.stacking.streams import Streams
from tests.regularizers.drawn import Drawn, uniform
from tests.regularizers.own import own, step
from tests.regularizers.plain import check
from tests.regularizers.refused import refused
from tests.training.reference import Words

Box = tuple[int, int, int, int]


def drawn_by_hand(
    words: Words, count: int, alpha: float, height: int, width: int
) -> tuple[list[tuple[float, float, float]], list[int]]:
    """Each picture's l, from a t variate as Bailey 1994 makes one, and its middle; the partners."""
    drawn = uniform(words, 4 * count).reshape(-1, 4)
    found = []
    for length, angle, down, across in drawn:
        degrees = 2 * alpha
        t = math.sqrt(degrees * (((1 - length) / 2) ** (-2 / degrees) - 1))
        t *= math.cos(math.pi * angle)
        share = (1 + t / math.sqrt(degrees + t * t)) / 2
        found.append((share, (down + 1) / 2 * height, (across + 1) / 2 * width))
    keys = words.draw(count, np.int64)
    return found, sorted(range(count), key=lambda place: int(keys[place]))


def as_torchvision(
    pair: Tensor, labels: Tensor, draws: tuple[float, float, float], monkeypatch: pytest.MonkeyPatch
) -> tuple[Tensor, Tensor]:
    """The first of two pictures and its target as torchvision's CutMix makes them of draws."""
    torchvision()
    cutmix = import_module("torchvision.transforms.v2").CutMix(num_classes=4)
    share, down, across = draws
    cutmix._dist.sample = lambda _: torch.tensor([share], dtype=torch.float64)
    # Columns are drawn first.
    middles = iter([torch.tensor([int(across)]), torch.tensor([int(down)])])
    with monkeypatch.context() as patched:
        patched.setattr(torch, "randint", lambda *_, **__: next(middles))
        pictures, targets = cutmix(pair, labels)
    return pictures[0], targets[0]


@pytest.mark.parametrize("alpha", [0.3, 1, 5])
@pytest.mark.parametrize("shape", [(1, 8, 9), (3, 9, 5)])
def test_a_pair_is_torchvisions_in_each_place(
    alpha: float, shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = torch.Generator().manual_seed(3)
    pictures = torch.rand(2 * 8, *shape, generator=generator, dtype=torch.float64)
    labels = torch.randint(4, (16,), generator=generator)
    batch = step(pictures, labels, 4, places=2)
    found, taught = CutMix(alpha=alpha).batch(batch, own({"weight": torch.zeros(2, 1, 1)}))
    for seed in (0, 1):
        draws, other = drawn_by_hand(Words(seed, "tested", 0), 8, alpha, *shape[1:])
        for number, drawn in enumerate(draws):
            both = [8 * seed + number, 8 * seed + other[number]]
            expected, target = as_torchvision(pictures[both], labels[both], drawn, monkeypatch)
            assert found[8 * seed + number].equal(expected)
            torch.testing.assert_close(taught[8 * seed + number], target, rtol=1e-6, atol=1e-6)


def test_two_boxes_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of alpha 1: l is (1 + sqrt(1/3)) / 2 or the rest to 1, and the boxes 2 x 2 and 6 x 6.

    The middle of the first is in the first row, so that half of it is lost.
    """
    drawn = torch.tensor([[[0.0, 0.25, -0.9, 0.1], [0.0, -0.75, 0.3, 0.3]]])
    monkeypatch.setattr(Streams, "uniform", lambda *_: drawn)
    monkeypatch.setattr("regscope.regularizers.cutmix.partners", lambda *_: torch.tensor([1, 0]))
    pictures = torch.stack([torch.zeros(1, 8, 8), torch.ones(1, 8, 8)])
    batch = step(pictures, torch.tensor([2, 0]), 3)
    found, taught = CutMix(alpha=1).batch(batch, own({"weight": torch.zeros(1, 1, 1)}))
    first, second = torch.zeros(8, 8), torch.ones(8, 8)
    first[:1, 3:5] = 1
    second[2:8, 2:8] = 0
    assert found.equal(torch.stack([first, second]).unsqueeze(1))
    assert taught.tolist() == [[2 / 64, 0, 62 / 64], [28 / 64, 0, 36 / 64]]


def test_what_is_kept_would_be_from_a_beta_distribution() -> None:
    """Of 20,000 pairs, by Kolmogorov and Smirnov, on both sides of a half."""
    for alpha in (0.3, 1, 4):
        drawn = Streams([1], "tested").uniform(20_000, 2).squeeze(0)
        found = 1 - CutMix(alpha=alpha)._cut(*drawn.unbind(1)).double().numpy()
        # What float32 holds of it: shares next to 0 and 1 are these.
        inner = found[(found > 1e-4) & (found < 1 - 1e-4)]
        beta = stats.beta(alpha, alpha)
        low = beta.cdf(1e-4)
        held = stats.kstest(inner, lambda x: (beta.cdf(x) - low) / (1 - 2 * low))  # noqa: B023
        assert held.pvalue > 0.001


def test_it_is_a_plain_loop_with_the_mixture_of_both_losses(digits: Dataset) -> None:
    def change(words: Words, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        draws, other = drawn_by_hand(words, len(labels), 1, 8, 8)
        mixed = inputs.clone()
        targets = torch.zeros(len(labels), 10, dtype=torch.float64)
        for number, (share, down, across) in enumerate(draws):
            half = int(4 * math.sqrt(1 - share))
            top, left = max(int(down) - half, 0), max(int(across) - half, 0)
            bottom, right = min(int(down) + half, 8), min(int(across) + half, 8)
            box = slice(top, bottom), slice(left, right)
            mixed[number, :, *box] = inputs[other[number], :, *box]
            area = (bottom - top) * (right - left) / 64
            targets[number, labels[number]] += 1 - area
            targets[number, labels[other[number]]] += area
        return mixed, targets

    check({"cutmix": 1}, Drawn(digits, "cutmix", change), digits)


def test_numbers_and_what_is_no_picture_are_refused() -> None:
    assert refused(CutMix(alpha=1), "image", "regression") == (
        "cutmix = None: there is none for regression: it is for classification"
    )
    assert refused(CutMix(alpha=1), "table") == (
        "cutmix = None: there is none for table data: it is for image"
    )
