from __future__ import annotations

import math

import pytest

from regscope.report import formats


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [(-1.234, False, "−1.23"), (1.235, True, "+1.24"), (-0.001, True, "0.00"), (0.0, True, "0.00")],
)
def test_fixed(value: float, signed: bool, text: str) -> None:
    assert formats.fixed(value, 2, signed) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1760.0, 36.3, None], ["1760.0", "36.3", "–"]),
        ([4157.2, 3542.0], ["4157", "3542"]),
        ([0.04831, 0.04359], ["0.0483", "0.0436"]),
        ([1.0, 1e-9], ["1.0000", "0.0000"]),
        ([0.0, 0.0], ["0", "0"]),
        ([None], ["–"]),
    ],
)
def test_column(values: list[float | None], texts: list[str]) -> None:
    assert formats.column(values) == texts


@pytest.mark.parametrize(("value", "text"), [(0.0004, "<0.001"), (0.04651, "0.047"), (1, "1.000")])
def test_p_value(value: float, text: str) -> None:
    assert formats.p_value(value) == text


def test_settings_are_written_without_exponents() -> None:
    assert [formats.plain(value) for value in (1e-5, 0.0003, 5.0)] == ["0.00001", "0.0003", "5"]


def test_what_cannot_be_had_is_a_dash() -> None:
    shown = (formats.fixed(math.nan, 2, signed=True), formats.points(math.nan))
    assert (*shown, formats.p_value(math.nan)) == (formats.DASH,) * 3
