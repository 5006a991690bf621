"""Names and colours."""

from __future__ import annotations

import re

import pytest

from regscope.figures.style import COLOURS, colours, display_name


@pytest.mark.parametrize(
    ("reg", "name"),
    [
        ("none", "None"),
        ("l1", "L1"),
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


def test_every_name_has_its_own_colour() -> None:
    regs = [*COLOURS, *(f"method{number}" for number in range(30))]
    given = colours(regs)
    assert list(given) == regs
    assert len({colour.lower() for colour in given.values()}) == len(regs)
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in given.values())


def test_colours_depend_neither_on_what_follows_nor_on_the_place_of_known_names() -> None:
    assert colours(["l1", "mine", "none"])["l1"] == COLOURS["l1"]
    short, long = colours(["none", "mine", "l1"]), colours(["mine", "none", "l1", "yours"])
    assert {reg: long[reg] for reg in short} == short
