from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.regularizers.cutout import Cutout
from tests import tiny
from tests.regularizers.drawn import Drawn, uniform
from tests.regularizers.own import own, step
from tests.regularizers.plain import check
from tests.regularizers.refused import refused
from tests.training.reference import Words


def cut(pictures: Tensor, side: int, places: int = 1) -> Tensor:
    """`pictures` of so many places, in blocks, as the first batch of an epoch has them."""
    batch = step(pictures, torch.zeros(len(pictures), dtype=torch.int64), 2, places=places)
    found, targets = Cutout(side=side).batch(batch, own({"weight": torch.zeros(places, 1, 1)}))
    assert targets is batch.targets
    return found


def pictures(count: int, channels: int = 1, height: int = 8, width: int = 8) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.rand(count, channels, height, width, generator=generator)


def by_hand(batch: np.ndarray, side: int, words: Words) -> np.ndarray:
    """The paper's cutout pixel by pixel, with the batch's means in place of 0; `[B, C, H, W]`."""
    found = batch.copy()
    drawn = uniform(words, 2 * len(batch)).reshape(-1, 2)
    height, width = batch.shape[2:]
    for picture, (down, across) in zip(found, drawn, strict=True):
        y, x = int((down + 1) / 2 * height), int((across + 1) / 2 * width)
        top, left = y - side // 2, x - side // 2
        for row in range(max(top, 0), min(top + side, height)):
            for column in range(max(left, 0), min(left + side, width)):
                picture[:, row, column] = batch.mean((0, 2, 3))
    return found


@pytest.mark.parametrize("side", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("shape", [(1, 8, 9), (3, 9, 5)])
def test_it_is_the_papers_square_in_each_place(side: int, shape: tuple[int, int, int]) -> None:
    batch = pictures(2 * 6, *shape)
    found = cut(batch, side, places=2).double()
    for seed, block in enumerate((slice(0, 6), slice(6, 12))):
        expected = by_hand(batch[block].double().numpy(), side, Words(seed, "tested", 0))
        torch.testing.assert_close(found[block], torch.from_numpy(expected), rtol=1e-6, atol=1e-6)


def test_a_square_in_the_middle_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its middle is the pixel in row 2 and column 1, of a picture whose mean is 1."""
    drawn = torch.tensor([[[2.5, 1.5]]]) / 2 - 1
    monkeypatch.setattr("regscope.stacking.streams.Streams.uniform", lambda *_: drawn)
    dark = torch.zeros(1, 1, 4, 4)
    dark[0, 0, 0, 3] = 16
    assert cut(dark, 2)[0, 0].tolist() == [[0, 0, 0, 16], [1, 1, 0, 0], [1, 1, 0, 0], [0] * 4]
    assert cut(dark, 3)[0, 0].tolist() == [[0, 0, 0, 16], [1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 0]]


def test_every_pixel_is_as_often_the_middle() -> None:
    """Of 40,000 pictures of 4 x 5 pixels: five standard errors of a share of 1 in 20."""
    white = pictures(40_000, 1, 4, 5) + 1
    hidden = (cut(white, 1) != white).flatten(1)
    assert (hidden.sum(1) == 1).all()
    shares = hidden.double().mean(0)
    assert (shares - 1 / 20).abs().max() < 5 * (0.05 * 0.95 / 40_000) ** 0.5


@pytest.mark.parametrize("size", [3, 8, 28, 32, 64, 224, 511, 512])
@pytest.mark.parametrize(("drawn", "last"), [(-1.0, False), (1 - 2**-23, True)])
def test_the_first_and_the_last_draw_are_pixels(size: int, drawn: float, last: bool) -> None:
    hidden = Cutout(side=1)._hidden(torch.tensor([drawn]), size)
    assert hidden.nonzero().tolist() == [[0, size - 1 if last else 0]]


def test_it_is_a_plain_loop_on_cut_pictures(digits: Dataset) -> None:
    def change(words: Words, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        return torch.from_numpy(by_hand(inputs.numpy(), 3, words)), labels

    check({"cutout": 3}, Drawn(digits, "cutout", change), digits)


def test_a_square_that_is_larger_than_the_pictures_is_refused(digits: Dataset) -> None:
    tiny.trained(tiny.study({"cutout": 8}, training={"epochs": 1}), digits, [0])
    with pytest.raises(RegscopeError) as caught:
        tiny.trained(tiny.study({"cutout": 9}), digits, [0])
    assert str(caught.value) == "cutout.side = 9: at most 8, since the pictures are 8 x 8"


def test_so_it_is_among_places_whose_squares_fit() -> None:
    sides = [Cutout(side=side) for side in (3, 9, 3)]
    with pytest.raises(RegscopeError, match=r"^cutout\.side = 9: at most 8"):
        Cutout.as_one(sides, torch.device("cpu")).check_examples((1, 8, 8))


@pytest.mark.parametrize("kind", ["points", "table", "tokens"])
def test_what_is_no_picture_is_refused(kind: str) -> None:
    told = f"cutout = None: there is none for {kind} data: it is for image"
    assert refused(Cutout(side=2), kind) == told
