from __future__ import annotations

import colorsys
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor

from regscope.base.errors import RegscopeError
from regscope.datasets.base import PADDING_WORD, UNKNOWN_WORD
from regscope.regularizers.augmentation import Augmentation
from regscope.regularizers.base import Target
from regscope.stacking.pictures import affine
from regscope.stacking.streams import Streams
from tests.regularizers.own import own, step
from tests.regularizers.refused import refused

PUBLISHED: dict[str, Any] = {
    "horizontal_flip": 0.5,
    "vertical_flip": 0.5,
    "brightness": 0.4,
    "contrast": [0.8, 1.2],
    "saturation": [0.7, 1.3],
}

SHARES = st.one_of(st.just(0.0), st.floats(2**-20, 1))


def method(**options: Any) -> Augmentation:
    return Augmentation.model_validate({"strength": 1, **options})


def changed(inputs: Tensor, seeds: tuple[int, ...] = (0,), /, **options: Any) -> Tensor:
    """`inputs` of `seeds`, in blocks, as the first batch of an epoch has them."""
    draws = Streams(seeds, "augmentation")
    return method(**options).changed(inputs, draws)


def coloured(count: int = 6) -> Tensor:
    return torch.rand(count, 3, 4, 5, generator=torch.Generator().manual_seed(2))


def five_errors(deviation: float, count: int) -> float:
    return 5 * deviation / math.sqrt(count)


def test_targets_stay_what_they_are() -> None:
    batch = step(torch.zeros(6, 2), torch.arange(6), 6)
    _, targets = method().batch(batch, own({"weight": torch.zeros(1, 1, 1)}))
    assert targets is batch.targets


def test_jitter_is_gaussian_noise_of_the_stated_size() -> None:
    points = torch.zeros(2 * 20_000, 2)
    noise = method(strength=2, jitter=0.05).changed(points, Streams([0, 1], "augmentation"))
    by_seed = noise.view(2, -1)
    # Of 40,000 draws a seed: five standard errors of a mean and of a standard deviation.
    for noise in by_seed:
        assert abs(float(noise.mean())) < 5 * 0.1 / 200
        assert abs(float(noise.std()) - 0.1) < 5 * 0.1 / (200 * math.sqrt(2))
        assert float((noise.abs() < 0.1).double().mean()) == pytest.approx(0.6827, abs=0.012)
    assert abs(float(torch.corrcoef(by_seed)[0, 1])) < 5 / 200


def test_usual_amounts_are_multiplied_by_the_strength() -> None:
    half = method(strength=0.5, rotation=20)
    assert half.amount("image", "rotation") == pytest.approx(10)
    assert half.amount("image", "shift") == pytest.approx(0.035)
    assert half.amount("points", "jitter") == pytest.approx(0.05)


def test_shifts_and_angles_are_uniform_up_to_the_stated_size() -> None:
    """Read off a single bright pixel's centre of mass."""
    size, count = 15, 4000
    images = torch.zeros(count, 1, size, size)
    images[:, :, 7, 7] = 1
    moved = changed(images, shift=0.2, rotation=0)
    places = torch.arange(size) - 7.0
    across = (moved.sum((1, 2)) * places).sum(1) / moved.sum((1, 2, 3))
    down = (moved.sum((1, 3)) * places).sum(1) / moved.sum((1, 2, 3))
    for offsets in (across, down):
        assert offsets.abs().max() <= 3.0 + 1e-4
        assert offsets.std() == pytest.approx(3 / math.sqrt(3), rel=0.05)
        assert abs(float(offsets.mean())) < 5 * math.sqrt(3) / math.sqrt(count)
    assert abs(float(torch.corrcoef(torch.stack([across, down]))[0, 1])) < 5 / math.sqrt(count)


def test_without_options_a_picture_takes_three_draws_and_is_shifted_and_rotated() -> None:
    images, draws = coloured(), Streams([0, 1], "augmentation")
    moved = method().changed(images, draws)
    drawn = Streams([0, 1], "augmentation").uniform(3, 3).flatten(0, 1)
    assert moved.equal(affine(images, drawn[:, :2] * 0.07, drawn[:, 2] * math.radians(10)))
    assert int(draws.position) == 5


@pytest.mark.parametrize("option", PUBLISHED)
def test_a_flip_or_a_colour_stands_alone(option: str) -> None:
    only = method(**{option: PUBLISHED[option]})
    assert only.amount("image", "shift") == only.amount("image", "rotation") == 0
    moving = method(**{option: PUBLISHED[option], "rotation": 4})
    assert moving.amount("image", "shift") == 0
    assert moving.amount("image", "rotation") == 4


def test_pictures_are_moved_after_their_colours() -> None:
    """What comes in from outside stays black, however bright the rest."""
    images = torch.full((200, 1, 9, 9), 0.5)
    moved = changed(images, brightness=0.25, shift=0.5)
    assert moved.amax((1, 2, 3)).sub(0.5).abs().max() <= 0.25 + 1e-5
    assert moved[:, 0, 4, 4].std() > 0.1
    corners = moved[:, 0, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners.amin(1) < 1e-6).float().mean() > 0.9


@pytest.mark.parametrize(
    ("option", "axis"), [("horizontal_flip", 3), ("vertical_flip", 2)], ids=str
)
@pytest.mark.parametrize(
    ("strength", "chance", "share"), [(1, 0.25, 0.25), (0.5, 0.5, 0.25), (3, 0.5, 1), (1, 1, 1)]
)
def test_as_many_pictures_are_mirrored_as_stated(
    option: str, axis: int, strength: float, chance: float, share: float
) -> None:
    images = coloured(1).expand(4000, -1, -1, -1)
    found = changed(images, strength=strength, **{option: chance})
    mirrored = (found == images.flip(axis)).flatten(1).all(1)
    kept = (found == images).flatten(1).all(1)
    assert (mirrored ^ kept).all()
    deviation = math.sqrt(share * (1 - share))
    assert abs(float(mirrored.float().mean()) - share) <= five_errors(deviation, 4000)


def test_brightness_is_uniform_up_to_the_stated_amount() -> None:
    found = changed(torch.full((4000, 1, 2, 2), 0.5), strength=0.5, brightness=0.5) - 0.5
    amounts = found.flatten(1)
    assert amounts.std(1).max() < 1e-6
    assert amounts.abs().max() <= 0.25
    assert abs(float(amounts.mean())) < five_errors(0.25 / math.sqrt(3), 4000)
    assert amounts[:, 0].std() == pytest.approx(0.25 / math.sqrt(3), rel=0.05)


@pytest.mark.parametrize("option", ["contrast", "saturation"])
@pytest.mark.parametrize(
    ("strength", "low", "high"), [(1, 0.8, 1.4), (0.5, 0.9, 1.2), (1, 1.25, 1.25), (2, 0.6, 1.8)]
)
def test_a_factor_is_uniform_between_its_bounds(
    option: str, strength: float, low: float, high: float
) -> None:
    """Read off channels of 0.4, 0.5 and 0.6 and, for contrast, the same beside one another."""
    written = [1 + (bound - 1) / strength for bound in (low, high)]
    pixels = torch.tensor([0.4, 0.5, 0.6])
    images = pixels.view(3, 1, 1) if option == "saturation" else pixels.view(1, 1, 3)
    found = changed(images.expand(4000, 3, 1, 3), strength=strength, **{option: written})
    factors = (found.amax((1, 2, 3)) - found.amin((1, 2, 3))) / 0.2
    assert low - 1e-5 <= factors.min() <= factors.max() <= high + 1e-5
    deviation = (high - low) / math.sqrt(12)
    middle = (low + high) / 2
    assert abs(float(factors.mean()) - middle) <= five_errors(deviation, 4000) + 1e-5
    assert factors.std() == pytest.approx(deviation, rel=0.05, abs=1e-5)


def test_no_factor_falls_below_0() -> None:
    assert method(strength=5, contrast=[0.5, 1.5]).factors("contrast") == pytest.approx((0, 3.5))
    assert method(strength=5, contrast=[0.5, 0.6]).factors("contrast") == (0, 0)


def by_hand(image: Tensor, drawn: list[float]) -> Tensor:
    """The published changes of one picture, pixel by pixel, from its five draws in [-1, 1)."""
    values = image.double().numpy()
    if drawn[0] < 0:
        values = values[:, :, ::-1]
    if drawn[1] < 0:
        values = values[:, ::-1]
    values = values + 0.4 * drawn[2]
    mean = values.mean((1, 2), keepdims=True)
    values = mean + (1 + 0.2 * drawn[3]) * (values - mean)
    pixels = torch.empty(values.shape, dtype=torch.float64)
    for row in range(values.shape[1]):
        for column in range(values.shape[2]):
            hue, saturation, value = colorsys.rgb_to_hsv(*values[:, row, column].tolist())
            saturation = min(saturation * (1 + 0.3 * drawn[4]), 1)
            pixels[:, row, column] = torch.tensor(colorsys.hsv_to_rgb(hue, saturation, value))
    return pixels.clamp(0, 1).float()


def test_all_published_changes_against_a_computation_by_hand() -> None:
    # Not so dark that a pixel ends up below 0 in all channels, of which HSV knows nothing.
    images = 0.45 + 0.55 * coloured(16)
    drawn = Streams([3, 4], "augmentation").uniform(8, 5).flatten(0, 1)
    expected = [by_hand(image, draws) for image, draws in zip(images, drawn.tolist(), strict=True)]
    found = changed(images, (3, 4), **PUBLISHED)
    torch.testing.assert_close(found, torch.stack(expected), rtol=0, atol=1e-5)
    assert (found == 1).any()


@given(
    st.fixed_dictionaries(
        {"strength": st.floats(0.01, 20)},
        optional={
            "horizontal_flip": SHARES,
            "vertical_flip": SHARES,
            "brightness": SHARES,
            "contrast": st.tuples(SHARES, st.floats(1, 3)),
            "saturation": st.tuples(SHARES, st.floats(1, 3)),
        },
    ),
    st.integers(0, 1000),
)
def test_colours_stay_between_0_and_1(options: dict[str, Any], seed: int) -> None:
    found = changed(coloured(), (seed,), **{"shift": 0, "rotation": 0, **options})
    assert 0 <= found.min() <= found.max() <= 1


def test_a_seed_draws_the_same_beside_any_others() -> None:
    images = coloured(4)
    alone = changed(images, (7,), **PUBLISHED)
    beside = changed(torch.cat([coloured(4).flip(0), images]), (1, 7), **PUBLISHED)
    assert beside[4:].equal(alone)
    assert not changed(images, (1,), **PUBLISHED).equal(alone)


def test_a_picture_is_flipped_alike_with_and_without_colours() -> None:
    flips = {"horizontal_flip": 0.5, "vertical_flip": 0.5}
    images = 0.3 + 0.4 * coloured(20)
    without, beside = changed(images, **flips), changed(images, **flips, brightness=0.2)
    difference = (beside - without).flatten(1)
    assert difference.std(1).max() < 1e-6


def test_the_batch_it_is_given_stays_as_it_is() -> None:
    """The training loop may use it as it was, beside the changed one."""
    images, words = coloured(), torch.tensor([[2, 3, 0]])
    for inputs, options in ((images, {}), (images, PUBLISHED), (words, {"word_dropout": 1})):
        before = inputs.clone()
        assert not changed(inputs, **options).equal(inputs)
        assert inputs.equal(before)


def test_saturation_is_refused_where_there_are_no_three_channels() -> None:
    with pytest.raises(RegscopeError) as caught:
        changed(torch.rand(2, 1, 4, 4), saturation=[0.7, 1.3])
    assert str(caught.value) == (
        "augmentation.saturation: needs pictures of three channels (red, green, blue), and these"
        " have 1: leave it out"
    )
    colours = {name: value for name, value in PUBLISHED.items() if name != "saturation"}
    assert changed(torch.rand(2, 1, 4, 4), **colours).shape == (2, 1, 4, 4)


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_words_become_unknown_as_often_as_stated_and_padding_never(dtype: torch.dtype) -> None:
    length, count = 50, 400
    sentences = torch.arange(2, 2 + length, dtype=dtype).repeat(2 * count, 1)
    sentences[:, 40:] = PADDING_WORD
    draws = Streams([0, 1], "augmentation")
    found = method(strength=2, word_dropout=0.15).changed(sentences, draws)
    again = method(strength=2, word_dropout=0.15).changed(sentences, draws)
    assert found.dtype == dtype
    assert found[:, 40:].eq(PADDING_WORD).all()
    lost = found != sentences
    assert found[lost].eq(UNKNOWN_WORD).all()
    deviation = math.sqrt(0.3 * 0.7)
    places = lost[:, :40].reshape(2, -1).float()
    for share in places.mean(1).tolist():
        assert abs(share - 0.3) < five_errors(deviation, 40 * count)
    assert abs(float(torch.corrcoef(places)[0, 1])) < five_errors(1, 40 * count)
    assert not again.equal(found)


def test_a_tenth_of_the_words_is_usual_and_all_of_them_the_most() -> None:
    words = torch.full((1000, 20), 7)
    share = float((changed(words) == UNKNOWN_WORD).float().mean())
    assert abs(share - 0.1) < five_errors(0.3, 20_000)
    assert changed(words, strength=30).eq(UNKNOWN_WORD).all()


IMAGE = "shift, rotation, horizontal_flip, vertical_flip, brightness, contrast, saturation"


def test_options_for_other_data_are_refused_with_the_choices() -> None:
    assert refused(method(word_dropout=0.1), "image") == (
        "augmentation.word_dropout = 0.1: does nothing to image data; options there: " + IMAGE
    )
    assert refused(method(contrast=[0.8, 1.2]), "tokens") == (
        "augmentation.contrast = (0.8, 1.2): does nothing to tokens data; options there:"
        " word_dropout"
    )
    assert refused(method(horizontal_flip=0.5), "points") == (
        "augmentation.horizontal_flip = 0.5: does nothing to points data; options there: jitter"
    )
    assert refused(method(), "sound") == (
        "augmentation = None: there is none for sound data: it is for image, points and tokens"
    )


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("image", {"shift": 0, "rotation": 0}),
        ("image", {"horizontal_flip": 0}),
        ("image", {"contrast": [1, 1], "brightness": 0, "added": True}),
        ("points", {"jitter": 0}),
        ("tokens", {"word_dropout": 0}),
    ],
)
def test_amounts_that_are_all_0_are_refused(kind: str, options: dict[str, Any]) -> None:
    assert refused(method(**options), kind).startswith(
        "augmentation = None: changes nothing with every"
    )


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("image", {}),
        ("image", PUBLISHED),
        ("image", {"contrast": [0.5, 0.5]}),
        ("image", {"shift": 0}),
        ("points", {"added": True}),
        ("tokens", {}),
    ],
)
def test_what_changes_something_is_taken(kind: str, options: dict[str, Any]) -> None:
    method(**options).check(Target((), {}, kind))


@pytest.mark.parametrize(
    "options",
    [
        {"horizontal_flip": 1.1},
        {"brightness": -0.1},
        {"brightness": 2},
        {"word_dropout": 1.5},
        {"contrast": [1.2, 0.8]},
        {"saturation": [-0.1, 1]},
        {"saturation": [1]},
        {"contrast": 1.2},
        {"added": 1},
    ],
    ids=str,
)
def test_values_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        method(**options)


def test_added_goes_through_every_example_twice() -> None:
    assert method().copies == 1
    assert method(added=True).copies == 2
