from __future__ import annotations

import numpy as np
import pytest

from regscope.measures.convergence import accuracy_fall, epochs_to_loss, loss_area, loss_rise

LOSSES = np.array([[0.9, 0.5, 0.1], [0.4, 0.6, 0.3], [0.9, 0.8, 0.7]])


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        (0.5, [2, 1, np.nan]),
        (0.35, [3, 3, np.nan]),
        (0.7, [2, 1, 3]),
        (0.9, [1, 1, 1]),
        (0.05, [np.nan] * 3),
    ],
)
def test_the_first_epoch_at_or_below_counts(threshold: float, expected: list[float]) -> None:
    assert np.array_equal(epochs_to_loss(LOSSES, threshold), expected, equal_nan=True)


def test_the_area_is_the_mean_over_epochs() -> None:
    assert loss_area(LOSSES) == pytest.approx([0.5, 1.3 / 3, 0.8])


def test_the_rise_is_from_the_lowest_epoch_to_the_last() -> None:
    assert loss_rise(np.array([[0.9, 0.5, 0.75], [0.4, 0.3, 0.2]])) == pytest.approx([0.25, 0])


def test_the_fall_is_from_the_best_epoch_to_the_last() -> None:
    assert accuracy_fall(np.array([[0.5, 0.9, 0.75], [0.3, 0.6, 0.8]])) == pytest.approx([0.15, 0])
