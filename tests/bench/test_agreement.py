from __future__ import annotations

import pytest

from bench.agreement import DIFFERS, SAME, agreement

OURS = [0.92, 0.93, 0.94]


def test_the_interval_of_one_new_run() -> None:
    found = agreement(OURS, [0.93], comparisons=1)
    # t at 95 % with 2 degrees of freedom is 4.302653; s is 0.01.
    reach = 4.302653 * 0.01 * (1 + 1 / 3) ** 0.5
    assert found.mean == pytest.approx(0.93)
    assert found.deviation == pytest.approx(0.01)
    assert found.low == pytest.approx(0.93 - reach)
    assert found.high == pytest.approx(0.93 + reach)


def test_several_runs_must_lie_closer() -> None:
    one, many = agreement(OURS, [0.93], 1), agreement(OURS, [0.93] * 6, 1)
    ratio = (many.high - many.low) / (one.high - one.low)
    assert ratio == pytest.approx(((1 / 6 + 1 / 3) / (1 + 1 / 3)) ** 0.5)


def test_many_comparisons_widen_the_interval() -> None:
    assert agreement(OURS, [0.93], 16).high > agreement(OURS, [0.93], 1).high


@pytest.mark.parametrize(
    ("other", "verdict"), [(0.95, SAME), (0.97, SAME), (0.99, DIFFERS), (0.8, DIFFERS)]
)
def test_verdict(other: float, verdict: str) -> None:
    assert agreement(OURS, [other], comparisons=1).verdict == verdict
