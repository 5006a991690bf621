from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import scipy.ndimage
import torch
from sklearn.datasets import load_digits
from torch import Tensor

from regscope.datasets.base import Kind
from regscope.measures import corruptions
from regscope.measures.corruptions import CORRUPTIONS, SEVERITIES, corrupted

SHAPES: dict[Kind, list[tuple[int, ...]]] = {
    "image": [(40, 1, 8, 8), (40, 3, 12, 9), (40, 1, 28, 28)],
    "points": [(40, 2), (40, 5)],
}
CASES = [
    (kind, name, shape)
    for kind, known in CORRUPTIONS.items()
    for name in known
    for shape in SHAPES.get(kind, [])
]
PICTURES = torch.from_numpy(load_digits().images[:300, None]).float() / 16


def some(shape: tuple[int, ...]) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def stream() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(("kind", "name", "shape"), CASES)
def test_severity_0_changes_nothing(kind: Kind, name: str, shape: tuple[int, ...]) -> None:
    inputs = some(shape)
    assert torch.equal(corrupted(kind, name, inputs, 0), inputs)


@pytest.mark.parametrize(("kind", "name", "shape"), CASES)
def test_shape_and_range_stay_and_the_inputs_are_not_touched(
    kind: Kind, name: str, shape: tuple[int, ...]
) -> None:
    inputs = some(shape)
    before = inputs.clone()
    for severity in SEVERITIES:
        found = corrupted(kind, name, inputs, severity)
        assert (found.shape, found.dtype) == (inputs.shape, torch.float32)
        assert not torch.equal(found, before)
        if kind == "image":
            assert found.min() >= 0
            assert found.max() <= 1
    assert torch.equal(inputs, before)


@pytest.mark.parametrize(("kind", "name", "shape"), CASES)
def test_it_is_the_same_every_time_and_differs_by_severity(
    kind: Kind, name: str, shape: tuple[int, ...]
) -> None:
    inputs = some(shape)
    found = [corrupted(kind, name, inputs, severity) for severity in SEVERITIES]
    torch.manual_seed(1)
    np.random.seed(1)
    again = [corrupted(kind, name, inputs, severity) for severity in SEVERITIES]
    assert all(torch.equal(one, other) for one, other in zip(found, again, strict=True))
    assert len({one.numpy().tobytes() for one in found}) == len(SEVERITIES)


@pytest.mark.parametrize("name", CORRUPTIONS["image"])
def test_an_example_does_not_depend_on_those_after_it(name: str) -> None:
    for severity in SEVERITIES:
        whole = corrupted("image", name, PICTURES, severity)
        part = corrupted("image", name, PICTURES[:37], severity)
        assert torch.allclose(part, whole[:37], rtol=0, atol=1e-6)


def test_jitter_moves_a_point_the_same_way_by_the_unit_of_all_that_are_given() -> None:
    points = some((40, 2)) * torch.tensor([1.0, 50.0])
    for severity in SEVERITIES:
        whole, part = (
            (corrupted("points", "jitter", given, severity) - given) / given.std(0, correction=0)
            for given in (points, points[:17])
        )
        assert torch.allclose(part, whole[:17], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", CORRUPTIONS["image"])
@pytest.mark.parametrize("side", [8, 24])
def test_every_severity_changes_more_than_the_one_before(name: str, side: int) -> None:
    pictures = PICTURES.repeat_interleave(side // 8, 2).repeat_interleave(side // 8, 3)
    changes = [
        float((corrupted("image", name, pictures, severity) - pictures).square().mean())
        for severity in (0, *SEVERITIES)
    ]
    assert all(after > 1.1 * before for before, after in pairwise(changes))


def test_noise_has_its_standard_deviation() -> None:
    grey = torch.full((400, 1, 10, 10), 0.5)
    noise = corruptions.gaussian_noise(grey, 0.05, stream()) - grey
    assert float(noise.std()) == pytest.approx(0.05, rel=4 / math.sqrt(2 * noise.numel()))
    assert float(noise.mean()) == pytest.approx(0, abs=4 * 0.05 / math.sqrt(noise.numel()))


@pytest.mark.parametrize("shape", [(3, 2, 8, 8), (3, 1, 20, 13)])
@pytest.mark.parametrize("size", [0.03, 0.12, 0.5])
def test_blur_is_scipys_gaussian_filter(shape: tuple[int, ...], size: float) -> None:
    pictures = some(shape)
    deviation = size * min(shape[-2:])
    expected = scipy.ndimage.gaussian_filter(
        pictures.double().numpy(), (0, 0, deviation, deviation), mode="nearest", truncate=6
    )
    assert np.allclose(corruptions.blur(pictures, size, stream()), expected, atol=2e-4)


def test_blur_leaves_an_even_picture_alone() -> None:
    grey = torch.full((2, 1, 8, 8), 0.3)
    assert torch.allclose(corruptions.blur(grey, 0.2, stream()), grey, atol=1e-6)


@pytest.mark.parametrize(("shape", "size", "side"), [((8, 8), 0.25, 2), ((12, 9), 0.5, 4)])
def test_occlusion_blackens_one_square_of_its_size(
    shape: tuple[int, int], size: float, side: int
) -> None:
    black = corruptions.occlusion(torch.ones(500, 3, *shape), size, stream()) == 0
    assert torch.equal(black.sum((2, 3)), torch.full((500, 3), side * side))
    # Rows and columns that are touched: `side` of each, in every channel the same.
    for axis, extent in ((3, shape[0]), (2, shape[1])):
        lines = black.any(axis)
        assert torch.equal(lines.sum(2), torch.full((500, 3), side))
        assert torch.equal(lines[:, 0], lines[:, 2])
        first = lines[:, 0].int().argmax(1)
        assert (lines[:, 0].sum(1) == side).all()
        assert torch.equal(lines[:, 0].int().flip(1).argmax(1), extent - side - first)
        assert set(first.tolist()) == set(range(extent - side + 1))


@pytest.mark.parametrize("size", [0.0, 0.25, 1.0])
def test_contrast_scales_about_each_channels_mean(size: float) -> None:
    pictures = some((5, 3, 8, 8))
    mean = pictures.mean((2, 3), keepdim=True)
    found = corruptions.contrast(pictures, size, stream())
    assert torch.allclose(found, mean + size * (pictures - mean), atol=1e-6)
    assert torch.allclose(found.mean((2, 3), keepdim=True), mean, atol=1e-6)


def moved(pictures: Tensor, pixels: int) -> dict[str, Tensor]:
    """Moved by whole pixels into every direction, black coming in."""
    padded = torch.nn.functional.pad(pictures, [pixels] * 4)
    height, width = pictures.shape[-2:]
    starts = {
        "left": (pixels, 2 * pixels),
        "right": (pixels, 0),
        "up": (2 * pixels, pixels),
        "down": (0, pixels),
    }
    return {
        name: padded[..., top : top + height, start : start + width]
        for name, (top, start) in starts.items()
    }


@pytest.mark.parametrize("pixels", [1, 3, 8])
def test_shifts_by_whole_pixels_move_pictures_as_they_are(pixels: int) -> None:
    pictures = some((200, 2, 8, 8)) + 0.01
    found = corruptions.shift(pictures, pixels / 8, stream())
    matches = torch.stack(
        [(found == other).all(3).all(2).all(1) for other in moved(pictures, pixels).values()]
    )
    assert matches.any(0).all()
    if pixels < 8:
        assert (matches.sum(0) == 1).all()
        # Each direction a quarter of the time, within 4 standard deviations.
        assert (matches.sum(1) - 50).abs().max() < 4 * math.sqrt(200 * 3 / 16)


def test_shifts_by_half_a_pixel_lie_between_whole_ones() -> None:
    pictures = some((50, 1, 8, 8))
    near = corruptions.shift(pictures, 1 / 8, stream())
    far = corruptions.shift(pictures, 2 / 8, stream())
    assert torch.allclose(corruptions.shift(pictures, 1.5 / 8, stream()), (near + far) / 2)


def test_pixel_dropout_has_its_rate_and_takes_whole_pixels() -> None:
    black = corruptions.pixel_dropout(torch.ones(100, 3, 16, 16), 0.3, stream()) == 0
    assert torch.equal(black[:, 0], black[:, 1])
    assert torch.equal(black[:, 0], black[:, 2])
    pixels = black[:, 0].numel()
    rate = float(black[:, 0].double().mean())
    assert rate == pytest.approx(0.3, abs=4 * math.sqrt(0.3 * 0.7 / pixels))


def test_severities_have_random_numbers_of_their_own() -> None:
    white = torch.ones(50, 1, 16, 16)
    few, more = (corrupted("image", "pixel_dropout", white, severity) == 0 for severity in (1, 2))
    lost_again = float((few & more).sum() / few.sum())
    rate = float(more.double().mean())
    assert lost_again == pytest.approx(rate, abs=4 * math.sqrt(0.25 / float(few.sum())))


def test_jitter_is_relative_to_each_coordinates_spread() -> None:
    points = some((20_000, 2)) * torch.tensor([1.0, 50.0]) + 7
    moves = corruptions.jitter(points, 0.1, stream()) - points
    spread = points.std(0) * 0.1
    assert torch.allclose(moves.std(0), spread, rtol=4 / math.sqrt(2 * 20_000))
    assert abs(float(torch.corrcoef(moves.T)[0, 1])) < 4 / math.sqrt(20_000)
