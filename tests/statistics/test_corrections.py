from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from regscope.statistics import false_discovery, holm

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_holm_by_hand() -> None:
    """0.01 * 4, then 0.03 * 3, then 0.04 * 2 raised to 0.09, then 0.5."""
    assert holm([0.04, 0.01, 0.5, 0.03]) == pytest.approx([0.09, 0.04, 0.5, 0.09])
    assert holm([0.2]) == [0.2]
    assert holm([0.5, 0.6, 0.9]) == [1.0, 1.0, 1.0]
    assert holm([]) == []


@given(p_values)
def test_holm_is_monotone_and_never_below_p(given_values: list[float]) -> None:
    adjusted = holm(given_values)
    order = sorted(range(len(given_values)), key=lambda index: given_values[index])
    raised = [adjusted[index] for index in order]
    assert raised == sorted(raised)
    assert all(p <= q <= 1 for p, q in zip(given_values, adjusted, strict=True))
    assert min(adjusted) == min(1, len(given_values) * min(given_values))


@given(p_values, st.randoms(use_true_random=False))
def test_holm_does_not_depend_on_the_order(given_values: list[float], shuffle: object) -> None:
    order = list(range(len(given_values)))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    shuffled = holm([given_values[index] for index in order])
    adjusted = holm(given_values)
    assert shuffled == [adjusted[index] for index in order]


@given(p_values)
def test_false_discovery_is_scipys(given_values: list[float]) -> None:
    expected = scipy.stats.false_discovery_control(given_values)
    assert false_discovery(given_values) == pytest.approx(expected, rel=1e-12)
    assert false_discovery([]) == []


@pytest.mark.parametrize("real", [0, 3])
def test_holm_keeps_the_rate_of_any_false_finding(real: int) -> None:
    """Studies of 8 cells, 10 seeds, one baseline for all; the first `real` differ from it."""
    studies, cells, seeds = 3000, 8, 10
    generator = np.random.default_rng(real)
    baseline = generator.normal(0, 1, (studies, 1, seeds))
    differences = generator.normal(0, 1, (studies, cells, seeds)) - baseline
    differences[:, :real] += 3
    p = scipy.stats.ttest_1samp(differences, 0, axis=2).pvalue
    null = np.array([holm(list(row)) for row in p])[:, real:]
    false = (null.min(axis=1) < 0.05).mean()
    assert 0.02 < false < 0.05 + 4 * np.sqrt(0.05 * 0.95 / studies)
    assert (p[:, real:].min(axis=1) < 0.05).mean() > 0.1
    if real:
        found = np.array([holm(list(row)) for row in p])[:, :real]
        assert (found < 0.05).mean() > 0.5
