"""Lines and dots that say by colour and shape whose they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from regscope.figures.cells import CellData
from regscope.figures.dots import marked
from regscope.figures.lines import MARKED, line
from regscope.figures.marks import marks

REGS = ("none", "l1", "confidence_penalty", "group_lasso", "cutmix")
BAND = np.tile(np.linspace(0, 1, 40), (3, 1))


def cells() -> list[CellData]:
    return [CellData(reg, reg, mark, {}, {}, {}) for reg, mark in marks(REGS).items()]


def drawn(points: int = 40) -> list[Any]:
    axis = Figure().subplots()
    for order, cell in enumerate(cells()):
        line(axis, np.arange(points), BAND[:, :points], cell, order / len(REGS))
    return list(axis.get_lines())


def test_what_the_colour_does_not_tell_has_a_marker_and_a_dash() -> None:
    found = drawn()
    assert [one.get_marker() for one in found] == ["None", "None", "s", "^", "D"]
    # All but none have one colour, and lines of four kinds.
    assert len({one.get_color() for one in found[1:]}) == 1
    assert len({str(one._dash_pattern) for one in found[1:]}) == len(found[1:])
    assert found[0].get_color() != found[1].get_color()


@pytest.mark.parametrize("points", [1, 2, 5, 40])
def test_every_shape_is_there_some_times(points: int) -> None:
    for one in drawn(points)[2:]:
        start, step = one.get_markevery()
        assert 1 <= len(range(points)[start::step]) <= MARKED + 2


def test_rows_are_the_key_to_the_lines() -> None:
    axis = Figure().subplots()
    found = np.array([[row, row + 0.5, row + 1] for row in range(len(REGS))], dtype=float)
    marked(axis, cells(), found)
    shapes, places = [], {}
    for dots in axis.collections:
        if isinstance(dots, PathCollection):
            shapes.append(dots.get_paths()[0])
            offsets, colours = np.asarray(dots.get_offsets()), np.asarray(dots.get_facecolor())
            for (across, row), colour in zip(offsets, colours, strict=True):
                places[int(row)] = (float(across), to_hex(colour).upper())
    assert len(shapes) == 4
    assert places == {row: (row + 0.5, cell.colour.upper()) for row, cell in enumerate(cells())}
