from __future__ import annotations

import colorsys
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import Tensor

from regscope.stacking.pictures import affine, brightened, contrasted, flipped, saturated

COLOURS = arrays(np.float32, (2, 3, 2, 2), elements=st.floats(0, 1, width=32))
FACTORS = st.floats(0, 4)


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


def coloured(count: int = 4) -> Tensor:
    return torch.rand(count, 3, 5, 6, generator=torch.Generator().manual_seed(1))


def test_chosen_pictures_are_mirrored_along_an_axis() -> None:
    images = coloured(2)
    mirrored, kept = flipped(images, torch.tensor([True, False]), 3).numpy()
    np.testing.assert_array_equal(mirrored, images[0].numpy()[:, :, ::-1])
    np.testing.assert_array_equal(kept, images[1].numpy())
    kept, mirrored = flipped(images, torch.tensor([False, True]), 2).numpy()
    np.testing.assert_array_equal(mirrored, images[1].numpy()[:, ::-1])
    np.testing.assert_array_equal(kept, images[0].numpy())


def test_brightness_adds_an_amount_a_picture() -> None:
    changed = brightened(torch.full((2, 3, 4, 4), 0.5), torch.tensor([0.25, -0.75]))
    assert changed[0].eq(0.75).all()
    assert changed[1].eq(-0.25).all()


def test_contrast_stretches_each_channel_about_its_mean() -> None:
    images, factors = coloured(), torch.tensor([0.0, 0.8, 1.0, 2.5])
    expected = [
        [channel.mean() + factor * (channel - channel.mean()) for channel in image]
        for image, factor in zip(images.double().numpy(), factors.tolist(), strict=True)
    ]
    found = contrasted(images, factors)
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=1e-6)


def by_colorsys(image: np.ndarray, factor: float) -> np.ndarray:
    """Pixel by pixel through HSV."""
    changed = np.empty(image.shape)
    for row, column in np.ndindex(image.shape[1:]):
        hue, saturation, value = colorsys.rgb_to_hsv(*image[:, row, column].tolist())
        changed[:, row, column] = colorsys.hsv_to_rgb(hue, min(saturation * factor, 1), value)
    return changed


@pytest.mark.parametrize("factor", [0.0, 0.3, 0.7, 1.0, 1.3, 8.0])
def test_saturation_is_that_of_hsv(factor: float) -> None:
    images = coloured()
    expected = np.stack([by_colorsys(image, factor) for image in images.double().numpy()])
    found = saturated(images, torch.full((len(images),), factor))
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=1e-6)


def test_saturation_has_a_factor_a_picture() -> None:
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1).expand(3, 3, 2, 2)
    found = saturated(red, torch.tensor([0.0, 0.5, 2.0]))
    for image, others in zip(found, (1.0, 0.5, 0.0), strict=True):
        assert image[0].eq(1).all()
        assert image[1:].eq(others).all()


def test_grey_and_black_have_no_saturation_to_change() -> None:
    grey = torch.linspace(0, 1, 24).view(1, 1, 4, 6).expand(2, 3, 4, 6)
    assert saturated(grey, torch.tensor([0.0, 3.0])).equal(grey)


def test_saturation_of_what_brightness_has_left_outside() -> None:
    """A channel below 0 makes a saturation above 1, which is cut; below 0 altogether stays so."""
    partly = torch.tensor([0.5, 0.25, -0.5]).view(1, 3, 1, 1)
    for factor in (0.25, 0.7, 1.3):
        expected = by_colorsys(partly[0].double().numpy(), factor)
        found = saturated(partly, torch.tensor([factor]))[0]
        np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=1e-6)
    dark = torch.tensor([-0.1, -0.2, -0.3]).view(1, 3, 1, 1)
    for factor in (0.0, 0.7, 1.3):
        assert saturated(dark, torch.tensor([factor])).amax() <= 1e-7


@given(COLOURS, FACTORS, FACTORS)
def test_saturation_keeps_value_order_and_range(
    values: np.ndarray, first: float, second: float
) -> None:
    images = torch.from_numpy(values)
    found = saturated(images, torch.tensor([first, second]))
    torch.testing.assert_close(found.amax(1), images.amax(1), rtol=0, atol=1e-6)
    assert found.min() >= -1e-6
    ahead = images[:, 0] >= images[:, 1]
    assert (found[:, 0] >= found[:, 1] - 1e-6)[ahead].all()


@given(COLOURS, FACTORS, FACTORS)
def test_contrast_keeps_every_channels_mean(
    values: np.ndarray, first: float, second: float
) -> None:
    images = torch.from_numpy(values)
    found = contrasted(images, torch.tensor([first, second]))
    torch.testing.assert_close(found.mean((2, 3)), images.mean((2, 3)), rtol=0, atol=1e-5)


def test_the_given_pictures_stay_as_they_are() -> None:
    images = coloured(2)
    before = images.clone()
    amounts = torch.tensor([0.5, 0.25])
    for change in (brightened, contrasted, saturated):
        assert not change(images, amounts).equal(images)
        assert images.equal(before)
    flipped(images, amounts > 0, 3)
    assert images.equal(before)
