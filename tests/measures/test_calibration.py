from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from regscope.measures.calibration import BINS, expected_calibration_error, reliability


def two_classes(confidences: list[float], right: list[bool]) -> tuple[Tensor, Tensor]:
    """Probabilities that predict class 1 with these confidences, and labels."""
    sure = torch.tensor(confidences, dtype=torch.float64)
    return torch.stack([1 - sure, sure], 1), torch.tensor([int(hit) for hit in right])


def test_who_is_right_as_often_as_said_has_no_error() -> None:
    """Of 10 with confidence 0.7, 7 are right; of 20 with 0.95, 19."""
    probabilities, labels = two_classes(
        [0.7] * 10 + [0.95] * 20, [True] * 7 + [False] * 3 + [True] * 19 + [False]
    )
    assert expected_calibration_error(probabilities, labels) == pytest.approx(0, abs=1e-12)


def test_who_is_certain_and_always_wrong_has_error_one() -> None:
    probabilities, labels = two_classes([1.0] * 4, [False] * 4)
    assert expected_calibration_error(probabilities, labels) == 1
    (only,) = reliability(probabilities, labels)
    assert (only.bin, only.count, only.confidence, only.accuracy) == (BINS - 1, 4, 1, 0)


def test_the_error_by_hand() -> None:
    """Five bins: 2 examples of mean confidence 0.72, half right; 2 of 0.95, all right."""
    probabilities, labels = two_classes([0.7, 0.74, 0.9, 1.0], [True, False, True, True])
    found = [(row.bin, row.count) for row in reliability(probabilities, labels, 5)]
    assert found == [(3, 2), (4, 2)]
    error = expected_calibration_error(probabilities, labels, 5)
    assert error == pytest.approx(0.5 * 0.22 + 0.5 * 0.05)


def test_errors_of_one_bin_in_both_directions_cancel() -> None:
    probabilities, labels = two_classes([0.75, 0.75], [True, False])
    assert expected_calibration_error(probabilities, labels, 1) == pytest.approx(0.25)


def test_a_bin_holds_its_upper_end_and_not_its_lower_one() -> None:
    probabilities, labels = two_classes([0.5, 0.51, 0.75, 0.76], [True] * 4)
    assert [row.bin for row in reliability(probabilities, labels, 4)] == [1, 2, 3]
    assert [row.count for row in reliability(probabilities, labels, 4)] == [1, 2, 1]


@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(2, 12), st.integers(1, 20))
def test_bins_are_those_of_a_plain_loop(seed: int, examples: int, classes: int, bins: int) -> None:
    draws = np.random.default_rng(seed)
    probabilities = draws.dirichlet(np.full(classes, 0.5), examples)
    labels = draws.integers(0, classes, examples)
    found = reliability(torch.from_numpy(probabilities), torch.from_numpy(labels), bins)
    confidence, hits = probabilities.max(1), probabilities.argmax(1) == labels
    error, expected = 0.0, []
    for place in range(bins):
        inside = (confidence > place / bins) & (confidence <= (place + 1) / bins)
        if inside.any():
            expected.append((place, inside.sum(), confidence[inside].mean(), hits[inside].mean()))
            error += inside.mean() * abs(confidence[inside].mean() - hits[inside].mean())
    assert [(row.bin, row.count) for row in found] == [row[:2] for row in expected]
    assert [row.confidence for row in found] == pytest.approx([row[2] for row in expected])
    assert [row.accuracy for row in found] == pytest.approx([row[3] for row in expected])
    assert sum(row.count for row in found) == examples
    measured = expected_calibration_error(
        torch.from_numpy(probabilities), torch.from_numpy(labels), bins
    )
    assert measured == pytest.approx(error)
