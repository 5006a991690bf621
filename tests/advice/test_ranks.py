"""Ranks over data sets: Demšar's critical differences, and scipy's ranks and tests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare, rankdata, studentized_range

from regscope.advice.ranks import critical_difference, friedman_p, mean_ranks, range_quantile


@pytest.mark.parametrize(
    ("methods", "studies", "critical"),
    # Demšar 2006, table 5: q of 2.569 for four, 3.164 for ten classifiers.
    [(4, 14, 2.569 * (20 / 84) ** 0.5), (10, 30, 3.164 * (110 / 180) ** 0.5)],
)
def test_the_critical_difference_is_demsar_s(methods: int, studies: int, critical: float) -> None:
    assert critical_difference(methods, studies, 0.05) == pytest.approx(critical, abs=2e-3)


@pytest.mark.parametrize("count", [2, 3, 12, 40])
@pytest.mark.parametrize("probability", [0.5, 0.95, 0.999])
def test_a_quantile_of_the_range_is_scipy_s(count: int, probability: float) -> None:
    expected = studentized_range.ppf(probability, count, np.inf)
    assert range_quantile(count, probability) == pytest.approx(expected, abs=1e-7)


SCORES = st.lists(
    st.lists(st.integers(0, 3).map(float), min_size=4, max_size=4), min_size=3, max_size=8
)


@given(SCORES)
def test_ranks_and_friedman_s_p_are_scipy_s(scores: list[list[float]]) -> None:
    values = np.array(scores)
    assert mean_ranks(scores) == pytest.approx(rankdata(-values, axis=1).mean(0))
    if (values == values[:, :1]).all():
        assert friedman_p(scores) == 1
    else:
        assert friedman_p(scores) == pytest.approx(friedmanchisquare(*values.T).pvalue, abs=1e-12)


def test_what_diverged_is_the_last() -> None:
    assert mean_ranks([[0.5, -np.inf, 0.7], [0.5, -np.inf, 0.4]]) == [1.5, 3.0, 1.5]
