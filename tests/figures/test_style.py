"""Names, colours and shapes."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest

from regscope.figures.marks import KNOWN, MARKERS, NEUTRAL, PALETTE, colours, marks
from regscope.figures.style import display_name
from regscope.regularizers import REGULARIZERS
from regscope.report.frame import SHAPES
from regscope.study.params import BASELINE


@pytest.mark.parametrize(
    ("reg", "name"),
    [
        ("none", "None"),
        ("l1", "L1"),
        ("l1_prox", "Proximal L1"),
        ("l2", "L2"),
        ("elastic_net", "Elastic net"),
        ("batch_norm", "Batch norm"),
        ("l2_dropout", "L2 + dropout"),
        ("label_smoothing", "Label smoothing"),
        ("myOwn", "MyOwn"),
    ],
)
def test_names_are_written_as_people_write_them(reg: str, name: str) -> None:
    assert display_name(reg) == name


def test_every_name_has_its_own_mark() -> None:
    regs = [BASELINE, *KNOWN, *(f"method{number}" for number in range(360 - len(KNOWN)))]
    given = marks(regs)
    assert list(given) == regs
    assert len({(mark.colour, mark.marker, mark.dash) for mark in given.values()}) == len(regs)
    assert all(re.fullmatch("#[0-9A-F]{6}", mark.colour) for mark in given.values())


def test_a_shape_tells_apart_what_has_one_colour() -> None:
    regs = [*KNOWN, *(f"method{number}" for number in range(72 - len(KNOWN)))]
    assert len({(mark.colour, mark.marker) for mark in marks(regs).values()}) == len(regs)


def test_every_regularizer_of_the_house_is_known_and_the_common_ones_by_colour_alone() -> None:
    assert set(REGULARIZERS) <= {*KNOWN}
    first = ("none", "l1", "l1_prox", "l2", "elastic_net", "dropout", "batch_norm", "augmentation")
    assert all(mark.plain for mark in marks(first).values())
    assert len(set(colours(first).values())) == len(first)


def test_marks_depend_neither_on_what_follows_nor_on_the_place_of_known_names() -> None:
    assert marks(["l1", "mine", "none"])["l1"] == marks(["l1"])["l1"]
    short, long = marks(["none", "mine", "l1"]), marks(["mine", "none", "l1", "yours"])
    assert {reg: long[reg] for reg in short} == short


@pytest.mark.parametrize("sight", ["all cones", "deuteranope", "protanope"])
def test_colours_are_at_least_18_cielab_units_apart(sight: str) -> None:
    seen = {colour: _cielab(_linear(colour), sight) for colour in (NEUTRAL, *PALETTE)}
    distances = {
        (one, other): np.linalg.norm(seen[one] - seen[other])
        for one, other in combinations(seen, 2)
    }
    assert min(distances.values()) >= 18, min(distances, key=lambda pair: distances[pair])


def test_every_marker_has_a_shape_on_the_pages() -> None:
    assert list(SHAPES) == list(MARKERS)
    assert len(set(SHAPES.values())) == len(MARKERS)


def _linear(colour: str) -> np.ndarray:
    """sRGB `#RRGGBB` as linear light (IEC 61966-2-1)."""
    encoded = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _cielab(linear: np.ndarray, sight: str) -> np.ndarray:
    """CIELAB for D65 of what is seen; dichromats by Vienot, Brettel and Mollon 1999."""
    cones = np.array(
        [
            [17.8824, 43.5161, 4.11935],
            [3.45565, 27.1554, 3.86714],
            [0.0299566, 0.184309, 1.46709],
        ]
    )
    missing = np.eye(3)
    if sight == "protanope":
        missing[0] = 0, 2.02344, -2.52581
    if sight == "deuteranope":
        missing[1] = 0.494207, 0, 1.24827
    seen = np.clip(np.linalg.solve(cones, missing @ cones @ linear), 0, 1)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    ratio = to_xyz @ seen / to_xyz.sum(1)
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])
