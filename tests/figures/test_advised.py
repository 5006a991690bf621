"""Which methods are drawn, and which are named at the edge."""

from __future__ import annotations

import numpy as np
import pytest

from regscope.figures.advised import Choices, Shown, beyond, choices_figure


@pytest.mark.parametrize(
    ("means", "least", "far"),
    [
        ([], 0.0, []),
        ([1.0, 0.5, 0.2, 0.1, -0.3], 0.0, []),
        ([1.0, 0.5, 0.4, 0.3, 0.2, 0.1, -35.0], 0.0, [6]),
        ([40.0, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0], 0.0, [0]),
        # All but one alike, which differs by less than matters.
        ([0.0, 0.0, 0.0, 0.0, -0.1], 0.5, []),
        ([0.0, 0.0, 0.0, 0.0, -9.0], 0.5, [4]),
    ],
)
def test_what_would_leave_no_room_for_others_is_beyond(
    means: list[float], least: float, far: list[int]
) -> None:
    assert np.flatnonzero(beyond(np.array(means), least)).tolist() == far


def test_the_picture_is_drawn_with_and_without_such() -> None:
    rows = [Shown(f"m{number}", (-0.01, number / 1000, 0.01), "undecided") for number in range(8)]
    bad = Shown("bad", (-0.4, -0.35, -0.3), "worse")
    pictures = [
        choices_figure(Choices("Data", shown, 0.005, "Test accuracy, points", 100.0))
        for shown in (rows, [*rows, bad])
    ]
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert len(set(pictures)) == 2
