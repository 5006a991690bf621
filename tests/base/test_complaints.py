from __future__ import annotations

from typing import Literal

import pytest
from pydantic import ValidationError

from regscope.base.complaints import one_line
from regscope.base.settings import Settings, chosen_by


class Circle(Settings):
    kind: Literal["circle"]
    radius: float


class Square(Settings):
    kind: Literal["square"]
    side: float


class Drawing(Settings):
    title: str
    shape: chosen_by("kind", {"circle": Circle, "square": Square})  # type: ignore[valid-type]


@pytest.mark.parametrize(
    ("shape", "line"),
    [
        ({}, "shape.kind: must be given; choose from: circle, square"),
        ({"kind": "oval"}, "shape.kind = oval: choose from: circle, square"),
        ({"kind": ["circle"]}, "shape.kind = [circle]: choose from: circle, square"),
        ({"kind": "circle"}, "shape.radius: must be given"),
        ({"kind": "square", "side": "x"}, "shape.side = x: must be a number"),
        ({"kind": "square", "radius": 1}, "shape.radius = 1: unknown key; known here: kind, side"),
        (5, "shape = 5: must be a mapping"),
    ],
)
def test_what_a_key_chooses_is_told_by_the_keys_of_the_file(shape: object, line: str) -> None:
    written = {"title": "t", "shape": shape}
    with pytest.raises(ValidationError) as caught:
        Drawing.model_validate(written)
    assert one_line(caught.value, written) == line


def test_a_key_that_is_missing_keeps_its_name_whatever_stands_beside_it() -> None:
    written = {"title": "shape"}
    with pytest.raises(ValidationError) as caught:
        Drawing.model_validate(written)
    assert one_line(caught.value, written) == "shape: must be given"
