"""Titles and names of classes and documents are drawn as they are, whatever letters they have."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from regscope.figures import accuracy, confusion, curves, data, decision, predictions
from regscope.figures.style import TYPE, legible, render
from regscope.study.params import load_params

Draw = Callable[[data.StudyData], Figure]
DOLLARS = ("$", "$$", "$$$")
NAMES = {
    "dollars and formulas": ("$", r"$\frac{$ and $_{x$", r"\$5, a_b^c, 100 % #1 & {more} ~$$$"),
    "lines, controls and marks": ("two\nlines\x00\x07", "\ud800half", "\u202eשלום\u202c"),
    "long": ("a" * 5000, "b " * 300, ""),
}


def named(name: str, classes: tuple[str, ...], title: str) -> data.StudyData:
    loaded = data.load(name, load_params())
    # Also names that a data set refuses: what is drawn rests on no check elsewhere.
    object.__setattr__(loaded.dataset, "classes", classes[: len(loaded.dataset.classes)])
    return replace(loaded, study=loaded.study.model_copy(update={"title": title}))


@pytest.mark.slow
@pytest.mark.usefixtures("studies")
@pytest.mark.parametrize("kind", NAMES)
def test_every_figure_with_names_is_drawn(kind: str) -> None:
    classes, title = NAMES[kind], " and ".join(NAMES[kind])
    for name, drawn in (
        ("pictures", (confusion.draw, predictions.draw)),
        ("points", (decision.draw,)),
    ):
        for draw in drawn:
            with Image.open(io.BytesIO(render(draw, named(name, classes, title)))) as picture:
                assert max(picture.size) < 3000, "room for names is bounded"


@pytest.mark.usefixtures("studies")
def test_the_title_stands_in_every_figure_as_it_is() -> None:
    restaurants = named("points", DOLLARS, "Restaurants from $ to $$$, f_1^2")
    for draw in (curves.draw, accuracy.draw):
        assert "Restaurants from $ to $$$, f_1^2 · 2 seeds" in _texts(restaurants, draw)


@pytest.mark.usefixtures("studies")
def test_names_are_letters_and_not_formulas() -> None:
    figure = drawn(confusion.draw, named("pictures", (r"$\alpha$", "$", "$$"), "T"))
    ticks = [label for axis in figure.axes for label in axis.get_xticklabels()]
    assert {r"$\alpha$", "$", "$$"} <= {label.get_text() for label in ticks}
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    assert not any(text.get_parse_math() for text in texts if text.get_text())


# Of losses that are all 0 matplotlib says that they have no logarithm.
@pytest.mark.filterwarnings("ignore:Data has no positive values")
@pytest.mark.usefixtures("studies")
def test_numbers_of_logarithmic_axes_are_plain_also_without_a_curve() -> None:
    loaded = data.load("pictures", load_params())
    flat = [
        replace(cell, history={name: values * (name == "epoch") for name, values in history})
        for cell in loaded.cells
        for history in [cell.history.items()]
    ]
    for cells in (loaded.cells, tuple(flat)):
        figure = drawn(curves.draw, replace(loaded, cells=cells))
        assert not [text for text in _labels(figure) if "$" in text or "\\" in text]


def test_letters_that_the_font_lacks_are_told_in_one_line(
    studies: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chinese = named("pictures", ("猫", "犬", "猫犬"), "動物")
    for draw in (confusion.draw, predictions.draw):
        render(draw, chinese)
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "regscope: figures have boxes for letters that their font lacks: 動物犬猫"
    assert len(told) == len(set(told))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$5 to $10", "$5 to $10"),
        ("two\r\nlines\tand\x00more", "two lines and more"),
        ("\u202eabc\u202c", "abc"),
        ("\ud83dx", "x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("é", "é"),
        ("x" * 121, "x" * 119 + "…"),
        ("", ""),
    ],
)
def test_legible(text: str, expected: str) -> None:
    assert legible(text) == expected


@given(st.text(st.characters(), max_size=300), st.integers(1, 50))
def test_legible_is_one_short_line_that_can_be_written(text: str, longest: int) -> None:
    shown = legible(text, longest)
    assert len(shown) <= longest
    assert len(shown.splitlines()) <= 1
    shown.encode()
    assert legible(shown, longest) == shown


def drawn(draw: Draw, loaded: data.StudyData) -> Figure:
    with style.context(["default", TYPE]):
        figure = draw(loaded)
        figure.canvas.draw()
    return figure


def _texts(loaded: data.StudyData, draw: Draw) -> str:
    figure = drawn(draw, loaded)
    return "\n".join(text.get_text() for text in figure.findobj(Text) if isinstance(text, Text))


def _labels(figure: Figure) -> list[str]:
    return [
        label.get_text()
        for axis in figure.axes
        for label in np.concatenate([axis.get_xticklabels(), axis.get_yticklabels()])
    ]
