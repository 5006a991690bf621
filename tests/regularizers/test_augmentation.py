from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from regscope.regularizers.augmentation import Augmentation, affine
from regscope.training.streams import Streams


def pictures(count: int = 3, height: int = 9, width: int = 9) -> Tensor:
    return torch.rand(count, 1, height, width, generator=torch.Generator().manual_seed(0))


def moved(images: Tensor, across: float = 0.0, down: float = 0.0, degrees: float = 0.0) -> Tensor:
    """`across` and `down` in pixels."""
    shift = torch.tensor([across / images.shape[3], down / images.shape[2]])
    angle = torch.full((len(images),), math.radians(degrees))
    return affine(images, shift.expand(len(images), 2), angle)


def test_nothing_drawn_changes_nothing() -> None:
    torch.testing.assert_close(moved(pictures()), pictures(), rtol=0, atol=1e-6)


def test_a_shift_of_whole_pixels_moves_the_picture_and_brings_in_zeros() -> None:
    images = pictures()
    right = moved(images, across=2)
    torch.testing.assert_close(right[..., 2:], images[..., :-2], rtol=0, atol=1e-5)
    assert right[..., :2].abs().max() < 1e-5
    up = moved(images, down=-3)
    torch.testing.assert_close(up[:, :, :-3], images[:, :, 3:], rtol=0, atol=1e-5)
    assert up[:, :, -3:].abs().max() < 1e-5


def test_half_a_pixel_is_the_mean_of_two_neighbours() -> None:
    images = pictures()
    expected = (images[..., :-1] + images[..., 1:]) / 2
    torch.testing.assert_close(moved(images, across=0.5)[..., 1:], expected, rtol=0, atol=1e-5)


def test_90_degrees_turn_the_picture_counterclockwise() -> None:
    images = pictures()
    torch.testing.assert_close(
        moved(images, degrees=90), torch.rot90(images, 1, (2, 3)), rtol=0, atol=1e-5
    )
    torch.testing.assert_close(
        moved(images, degrees=-90), torch.rot90(images, -1, (2, 3)), rtol=0, atol=1e-5
    )


def test_a_picture_is_rotated_and_then_shifted() -> None:
    images = pictures()
    expected = moved(torch.rot90(images, 1, (2, 3)), across=2, down=1)
    torch.testing.assert_close(
        moved(images, across=2, down=1, degrees=90), expected, rtol=0, atol=1e-5
    )


def test_pictures_that_are_not_square_turn_without_shearing() -> None:
    """Two 5x9 pictures of a bar through the centre: lying, and standing, cut at the edge."""
    lying = torch.zeros(1, 1, 5, 9)
    lying[:, :, 2, 2:7] = 1
    standing = torch.zeros(1, 1, 5, 9)
    standing[:, :, :, 4] = 1
    torch.testing.assert_close(moved(lying, degrees=90), standing, rtol=0, atol=1e-5)


def test_every_picture_has_its_own_draw() -> None:
    images = pictures(2)
    shift = torch.tensor([[1 / 9, 0.0], [0.0, 0.0]])
    first, second = affine(images, shift, torch.tensor([0.0, math.pi / 2]))
    torch.testing.assert_close(first[..., 1:], images[0][..., :-1], rtol=0, atol=1e-5)
    torch.testing.assert_close(second, torch.rot90(images[1], 1, (1, 2)), rtol=0, atol=1e-5)


def test_jitter_is_gaussian_noise_of_the_stated_size() -> None:
    points = torch.zeros(2 * 20_000, 2)
    targets = torch.arange(len(points))
    method = Augmentation(strength=2, jitter=0.05)
    changed, kept = method.batch(points, targets, Streams([0, 1], "augmentation"))
    assert kept is targets
    by_seed = changed.view(2, -1)
    # Of 40,000 draws a seed: five standard errors of a mean and of a standard deviation.
    for noise in by_seed:
        assert abs(float(noise.mean())) < 5 * 0.1 / 200
        assert abs(float(noise.std()) - 0.1) < 5 * 0.1 / (200 * math.sqrt(2))
        assert float((noise.abs() < 0.1).double().mean()) == pytest.approx(0.6827, abs=0.012)
    assert abs(float(torch.corrcoef(by_seed)[0, 1])) < 5 / 200


def test_usual_amounts_are_multiplied_by_the_strength() -> None:
    method = Augmentation(strength=0.5, rotation=20)
    assert method.amount("image", "rotation") == pytest.approx(10)
    assert method.amount("image", "shift") == pytest.approx(0.035)
    assert method.amount("points", "jitter") == pytest.approx(0.05)


def test_shifts_and_angles_are_uniform_up_to_the_stated_size() -> None:
    """Read off a single bright pixel's centre of mass."""
    size, count = 15, 4000
    images = torch.zeros(count, 1, size, size)
    images[:, :, 7, 7] = 1
    method = Augmentation(strength=1, shift=0.2, rotation=0)
    changed, _ = method.batch(images, torch.zeros(count), Streams([0], "augmentation"))
    places = torch.arange(size) - 7.0
    across = (changed.sum((1, 2)) * places).sum(1) / changed.sum((1, 2, 3))
    down = (changed.sum((1, 3)) * places).sum(1) / changed.sum((1, 2, 3))
    for offsets in (across, down):
        assert offsets.abs().max() <= 3.0 + 1e-4
        assert offsets.std() == pytest.approx(3 / math.sqrt(3), rel=0.05)
        assert abs(float(offsets.mean())) < 5 * math.sqrt(3) / math.sqrt(count)
    assert abs(float(torch.corrcoef(torch.stack([across, down]))[0, 1])) < 5 / math.sqrt(count)
