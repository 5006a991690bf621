from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regscope.measures.filters import total_variation

GENERATOR = np.random.default_rng(0)
ROWS, COLUMNS = np.indices((6, 8))
CHECKERBOARD = (-1.0) ** (ROWS + COLUMNS)
SHAPE = (1, 6, 8)


def variation(*pictures: np.ndarray) -> float:
    return total_variation(np.stack([picture.ravel() for picture in pictures]), SHAPE)


def test_constant_filters_do_not_vary() -> None:
    assert variation(np.full((6, 8), 0.3), np.full((6, 8), -2.0)) == 0
    assert variation(np.zeros((6, 8))) == 0


def test_a_checkerboard_varies_by_two_between_all_neighbours() -> None:
    pairs = 5 * 8 + 6 * 7
    assert variation(CHECKERBOARD) == pytest.approx(2 * pairs / 48)


def test_a_ramp_varies_by_one_step_between_neighbours_in_one_direction() -> None:
    """Columns 0 to 7: 7 steps in each of 6 rows; the norm is 6 * 28."""
    assert variation(COLUMNS) == pytest.approx(6 * 7 / (6 * 28))
    assert variation(ROWS) == pytest.approx(8 * 5 / (8 * 15))


def test_by_hand() -> None:
    kernels = np.array([[[[1.0, -2.0], [0.0, 4.0]]]])
    assert total_variation(kernels, (1, 9, 9)) == pytest.approx((3 + 4 + 1 + 6) / 7)


def test_smoother_filters_vary_less() -> None:
    noise = GENERATOR.normal(size=(6, 8))
    wave = np.sin(ROWS / 3) + np.cos(COLUMNS / 3)
    assert variation(wave) < 0.5 * variation(noise) < variation(CHECKERBOARD)


def test_filters_count_by_their_size_and_channels_are_no_neighbours() -> None:
    channels = np.stack([np.full((6, 8), 5.0), CHECKERBOARD])
    expected = (2 * 82) / (5 * 48 + 48)
    assert total_variation(channels.reshape(1, -1), (2, 6, 8)) == pytest.approx(expected)
    assert variation(np.full((6, 8), 5.0), CHECKERBOARD) == pytest.approx(expected)


def test_dense_filters_and_kernels_of_the_pictures_size_are_the_same() -> None:
    weights = GENERATOR.normal(size=(5, 2, 6, 8)).astype(np.float32)
    assert total_variation(weights.reshape(5, -1), (2, 6, 8)) == total_variation(weights, (2, 6, 8))


@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 6), st.floats(1e-6, 1e6))
def test_bounds_and_symmetries(units: int, height: int, width: int, scale: float) -> None:
    seed = units + 10 * height + 100 * width
    kernels = np.random.default_rng(seed).normal(size=(units, 2, height, width))
    found = total_variation(kernels, (2, 9, 9))
    assert 0 <= found < 4
    for same in (kernels * -scale, kernels[::-1], kernels[..., ::-1], kernels.swapaxes(2, 3)):
        assert total_variation(same, (2, 9, 9)) == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize(
    ("weights", "shape"), [((3, 28), (1, 28, 28)), ((3, 2), (2,)), ((3, 4, 5), (1, 4, 5))]
)
def test_weights_that_are_no_filters(weights: tuple[int, ...], shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"weights of shape \[3, .*\] are no filters"):
        total_variation(np.ones(weights), shape)
