from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from regscope.statistics import compare_unpaired, unpaired, welch_interval

AFTER, BEFORE = np.array([0.3, 0.5, 0.4, 0.8]), np.array([0.1, 0.11, 0.12])


def test_welch_interval_is_welch_and_satterthwaite() -> None:
    errors = AFTER.var(ddof=1) / 4, BEFORE.var(ddof=1) / 3
    degrees = sum(errors) ** 2 / (errors[0] ** 2 / 3 + errors[1] ** 2 / 2)
    reach = t.ppf(0.975, degrees) * math.sqrt(sum(errors))
    found = welch_interval(AFTER, BEFORE)
    assert found.mean == pytest.approx(0.39)
    assert (found.low, found.high) == pytest.approx((0.39 - reach, 0.39 + reach))


def test_without_spread_the_interval_is_the_difference() -> None:
    found = welch_interval(np.array([0.5, 0.5]), np.array([0.4, 0.4, 0.4]))
    assert (found.low, found.mean, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_with_a_single_value_there_is_no_interval() -> None:
    found = welch_interval(np.array([0.5]), np.array([0.4, 0.4, 0.4]))
    assert found.mean == pytest.approx(0.1)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_an_interval_plans_no_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which takes hundreds of times as long, and a review wants one a cell."""
    whole = compare_unpaired(AFTER, BEFORE)

    def planned(*_: float) -> float:
        raise AssertionError

    monkeypatch.setattr(unpaired, "_power", planned)
    found = welch_interval(AFTER, BEFORE)
    assert (found.mean, found.low, found.high) == (whole.difference, whole.low, whole.high)
