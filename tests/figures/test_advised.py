"""Which methods are drawn, and which are named at the edge."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.text import Annotation

from regscope.figures.advised import Choices, Shown, _draw, beyond, choices_figure


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


@pytest.mark.parametrize(
    ("means", "told"),
    [
        ([0.01, 0.02, 0.03, 0.015, -0.35], [("◂ −35", "left")]),
        ([0.01, 0.02, 0.03, 0.015, 0.9], [("+90 ▸", "right")]),
        # Worse than all others, and still within what is drawn, which reaches to 0.
        ([0.40, 0.41, 0.42, 0.43, 0.44, 0.41, 0.05], []),
        ([-0.40, -0.41, -0.42, -0.43, -0.44, -0.41, -0.9], [("◂ −90", "left")]),
    ],
)
def test_what_is_beyond_is_named_at_its_edge(
    means: list[float], told: list[tuple[str, str]]
) -> None:
    rows = [Shown(f"m{n}", (mean - 0.01, mean, mean + 0.01), "x") for n, mean in enumerate(means)]
    [axis] = _draw(Choices("Data", rows, 0.005, "Test accuracy, points", 100.0)).axes
    found = [text for text in axis.texts if isinstance(text, Annotation)]
    assert [(text.get_text(), text.get_horizontalalignment()) for text in found] == told


def test_a_picture_is_a_png() -> None:
    rows = [Shown("l2", (-0.01, 0.02, 0.03), "better")]
    assert choices_figure(Choices("Data", rows, None, "R²", 1.0)).startswith(b"\x89PNG")
