"""Known answers of the sign test."""

from __future__ import annotations

import numpy as np
import pytest

from regscope.advice.signs import signs


def test_nine_of_ten() -> None:
    """p is 2 (10 + 1) / 2**10; the interval is Clopper and Pearson's of 9 in 10."""
    found = signs(np.array([1.0] * 9 + [-1.0]), np.zeros(10))
    assert (found.ahead, found.count) == (9, 10)
    assert found.p_value == pytest.approx(22 / 1024)
    assert found.chance == pytest.approx((0.5550, 0.9975), abs=1e-4)
    assert found.smallest_p == pytest.approx(2 / 1024)


def test_thirty_five_of_forty() -> None:
    """What the cocktails of Kadra et al. 2021 have against a plain network."""
    found = signs(np.array([1.0] * 35 + [0.0] * 5), np.full(40, 0.5))
    assert found.chance == pytest.approx((0.7320, 0.9581), abs=1e-4)
    assert found.p_value == pytest.approx(1.38e-6, rel=1e-2)


def test_equal_ones_count_half_and_what_diverged_is_behind() -> None:
    found = signs(np.array([0.5, -np.inf, 0.9]), np.array([0.5, 0.1, 0.8]))
    assert found.ahead == 1.5
    assert found.p_value == 1
