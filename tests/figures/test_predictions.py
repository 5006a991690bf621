"""The figure of single pictures: which are shown, what is written above them, in which colour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import same_color

from regscope.figures import data, predictions
from regscope.figures.layout import cut
from regscope.figures.style import RIGHT, WRONG
from regscope.study.params import load_params
from tests.figures.synthetic import TEST


@pytest.fixture
def pictures(studies: Path) -> data.StudyData:
    return data.load("pictures", load_params())


def renamed(pictures: data.StudyData, *classes: str) -> data.StudyData:
    return replace(pictures, dataset=replace(pictures.dataset, classes=classes))


def shown(pictures: data.StudyData) -> list[Axes]:
    return [axis for axis in predictions.draw(pictures).axes if axis.images]


def pixels(axis: Axes) -> np.ndarray:
    return np.asarray(axis.images[0].get_array())


def test_the_first_and_the_next_wrong_pictures_of_seed_0(pictures: data.StudyData) -> None:
    """The synthetic networks take the first test picture alone for the next class."""
    baseline = pictures.cells[0].arrays
    indices, dataset = baseline["test_indices"][0], pictures.dataset
    late = predictions.SHOWN + 2
    baseline["predictions"][0, late] = (baseline["predictions"][0, late] + 1) % 3
    axes = shown(pictures)
    assert len(axes) == min(TEST, predictions.SHOWN) + 1
    grid = np.array([axis.get_position().x0 for axis in axes])
    wrong_block = int(grid.argmax())
    assert np.allclose(pixels(axes[wrong_block]), dataset.inputs[indices[late], 0] * dataset.scale)
    first = [axis for number, axis in enumerate(axes) if number != wrong_block]
    for axis, example in zip(first, indices, strict=False):
        assert np.allclose(pixels(axis), dataset.inputs[example, 0] * dataset.scale)


def test_predicted_and_actual_names_in_green_or_red(pictures: data.StudyData) -> None:
    named = renamed(pictures, "goose", "swan", "black stork")
    indices = pictures.cells[0].arrays["test_indices"][0]
    actual = pictures.dataset.targets[indices]
    wrong, right, *_ = shown(named)
    names = named.dataset.classes
    assert wrong.get_title() == f"{names[(actual[0] + 1) % 3]}\n/ {names[actual[0]]} ✗"
    assert same_color(wrong.title.get_color(), WRONG)
    assert right.get_title() == f"{names[actual[1]]}\n/ {names[actual[1]]} ✓"
    assert same_color(right.title.get_color(), RIGHT)


def test_long_names_are_smaller_and_cut(pictures: data.StudyData) -> None:
    usual = shown(renamed(pictures, "goose", "swan", "black stork"))[0].title
    long = shown(renamed(pictures, *(f"European fire salamander {number}" for number in range(3))))[
        0
    ].title
    assert float(long.get_fontsize()) < float(usual.get_fontsize())
    assert long.get_text() == "European fire sal…\n/ European fire sal… ✗"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("European fire salamander", "European fire sal…"),
        ("sulphur butterfly (n02281406)", "sulph… (n02281406)"),
        ("x (longer than all there is room for)", "x (longer than al…"),
        ("eighteen letters!!", "eighteen letters!!"),
    ],
)
def test_what_tells_classes_of_one_name_apart_is_kept(name: str, expected: str) -> None:
    assert cut(name, 18) == expected
    assert len(expected) <= 18
