"""Pictures in 256 colours."""

from __future__ import annotations

import numpy as np

from regscope.figures.palette import indexed


def test_few_colours_stay_exactly_as_they_are() -> None:
    pixels = np.full((90, 120, 4), 255, np.uint8)
    pixels[30:60, :60, :3] = 123, 47, 240
    pixels[60:, 60:, :3] = 0, 114, 178
    np.testing.assert_array_equal(np.asarray(indexed(pixels).convert("RGBA")), pixels)


def test_of_many_colours_each_becomes_the_nearest_of_256() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 4)).astype(np.uint8)
    pixels[:, :, 3] = 255
    picture = indexed(pixels)
    palette = np.array(picture.getpalette()).reshape(-1, 3)
    assert len(palette) <= 256
    distances = ((pixels[:, :, None, :3].astype(int) - palette) ** 2).sum(3)
    found = ((pixels[:, :, :3].astype(int) - np.asarray(picture.convert("RGB"))) ** 2).sum(2)
    np.testing.assert_array_equal(found, distances.min(2))
