"""Roots: known ones, scipy's own bits, and functions without any."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from scipy.optimize import brentq

from regscope.statistics.roots import root
from regscope.statistics.student import quantile, rejection


@pytest.mark.parametrize(
    ("function", "low", "high", "expected"),
    [
        (lambda x: x * x - 2, 0, 2, math.sqrt(2)),
        (math.cos, 1, 2, math.pi / 2),
        (lambda x: x, 0, 5, 0),
        (lambda x: x - 5, 0, 5, 5),
        (lambda x: -1 if x < 0.3 else 1, 0, 1, 0.3),
    ],
)
def test_known_roots(
    function: Callable[[float], float], low: float, high: float, expected: float
) -> None:
    assert root(function, low, high, 1e-9) == pytest.approx(expected, abs=1e-9)


def test_bits_are_scipys() -> None:
    draw = random.Random(0)
    for _ in range(300):
        place, steep = draw.uniform(-3, 3), draw.uniform(0.01, 9)

        def function(x: float, place: float = place, steep: float = steep) -> float:
            return math.tanh(steep * (x - place)) + (x - place) ** 3

        ends = draw.uniform(-9, -3), draw.uniform(3, 60)
        assert root(function, *ends, 1e-9) == brentq(function, *ends, xtol=1e-9)


@pytest.mark.parametrize("freedom", [1, 2, 4, 9, 19, 199])
def test_bits_are_scipys_for_what_it_is_used_for(freedom: int) -> None:
    critical = quantile(0.975, freedom)

    def lacking(shift: float) -> float:
        return rejection(critical, freedom, shift) - 0.8

    assert root(lacking, 0, 100, 1e-9) == brentq(lacking, 0, 100, xtol=1e-9)


def test_without_a_root() -> None:
    with pytest.raises(ValueError, match="no change of sign between 0 and 1"):
        root(lambda x: x + 1, 0, 1, 1e-9)


def test_ends_after_so_many_steps() -> None:
    with pytest.raises(ValueError, match="after 100 steps"):
        root(lambda x: 1 if x > 1e-200 else -1, 0, 1, 0)
