"""Against scipy, published sample sizes, integration of another kind and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from regscope.statistics import (
    compare,
    compare_unpaired,
    equal_p,
    equality_power,
    seeds_for_equality,
)

SAMPLE = np.array([0.003, -0.002, 0.001, 0.004, -0.001, 0.002, 0.0005, -0.003, 0.001, 0.002])


@pytest.mark.parametrize("count", [2, 5, 10])
@pytest.mark.parametrize("matters", [0.001, 0.005])
def test_the_larger_of_scipys_two_one_sided_tests(count: int, matters: float) -> None:
    sample = SAMPLE[:count]
    below = scipy.stats.ttest_1samp(sample, matters, alternative="less").pvalue
    above = scipy.stats.ttest_1samp(sample, -matters, alternative="greater").pvalue
    assert equal_p(sample, matters) == pytest.approx(max(below, above), rel=1e-9)
    assert equal_p(-sample, matters) == pytest.approx(equal_p(sample, matters))


def test_by_hand() -> None:
    """Of -1, 0, 1 within 2: t = 2 / (1 / sqrt(3)) = 3.464102 with 2 degrees of freedom."""
    assert equal_p(np.array([-1.0, 0.0, 1.0]), 2) == pytest.approx(0.0370899, abs=1e-7)


def test_without_spread_the_smallest_p_of_sign_flips_stands_in() -> None:
    assert equal_p(np.full(5, 0.004), 0.005) == 2**-5
    assert equal_p(np.zeros(10), 0.005) == 2**-10
    assert equal_p(np.full(5, 0.006), 0.005) == 1
    assert equal_p(np.full(5, 0.005), 0.005) == 1
    assert equal_p(np.array([0.001]), 0.005) == 1


def test_rounding_brings_nobody_inside() -> None:
    """Half a point in every seed is at the margin, whatever its nine digits say."""
    baseline = np.array([0.123456789, 0.9012, 0.7, 0.333333333, 0.5, 0.6])
    for cell in (baseline + 0.005, baseline + 0.005 - 4e-9):
        assert compare(cell, baseline, matters=0.005).p_equal == 1


@given(
    st.lists(st.integers(-40, 40), min_size=2, max_size=10),
    st.floats(0.001, 0.05),
    st.floats(1, 3),
)
def test_a_wider_margin_is_never_harder(
    thousandths: list[int], matters: float, wider: float
) -> None:
    differences = np.array(thousandths) / 1000
    assert equal_p(differences, wider * matters) <= equal_p(differences, matters)
    assert (equal_p(differences, matters) < 0.5) <= (abs(differences.mean()) < matters)


def integrated(seeds: int, effect: float, margin: float, level: float) -> float:
    """Over the chi distribution of the spread, by an adaptive rule."""
    freedom, root = seeds - 1, math.sqrt(seeds)
    critical = scipy.stats.t.isf(level, freedom)

    def inside(chi: float) -> float:
        room = margin * root - critical * chi / math.sqrt(freedom)
        normal = scipy.stats.norm
        share = normal.cdf(room - effect * root) - normal.cdf(-room - effect * root)
        return float(share * scipy.stats.chi.pdf(chi, freedom))

    last = margin * root * math.sqrt(freedom) / critical
    return float(scipy.integrate.quad(inside, 0, min(last, math.sqrt(freedom) + 12), limit=300)[0])


@pytest.mark.parametrize("seeds", [2, 3, 5, 10, 40, 1000])
@pytest.mark.parametrize(("effect", "margin"), [(0, 1), (0.5, 1.5), (-0.3, 0.4), (2, 1)])
@pytest.mark.parametrize("comparisons", [1, 8])
def test_power_is_the_integral(seeds: int, effect: float, margin: float, comparisons: int) -> None:
    level = min(0.05 / comparisons, 0.025)
    expected = integrated(seeds, effect, margin, level)
    assert equality_power(seeds, effect, margin, comparisons) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("seeds", "effect", "margin", "comparisons"), [(5, 0.2, 2, 1), (10, 0, 1.2, 8), (20, 0.3, 1, 1)]
)
def test_power_is_the_share_of_simulated_studies_called_equal(
    seeds: int, effect: float, margin: float, comparisons: int
) -> None:
    draws = np.random.default_rng(seeds).normal(effect, 1, (20_000, seeds))
    reach = scipy.stats.t.isf(min(0.05 / comparisons, 0.025), seeds - 1)
    reach = reach * scipy.stats.sem(draws, axis=1)
    equal = (np.abs(draws.mean(axis=1)) + reach < margin).mean()
    assert equal == pytest.approx(equality_power(seeds, effect, margin, comparisons), abs=0.014)


def test_seeds_for_equality_are_nearly_the_usual_approximation() -> None:
    """(z(0.975) + z(0.9))**2 * (s / margin)**2, of a true difference of 0 (Chow and Liu 2008)."""
    found = seeds_for_equality(1, 0, 0.1)
    assert found == pytest.approx((1.959964 + 1.281552) ** 2 * 100, rel=0.005)


@given(
    st.floats(0.05, 5), st.floats(-0.99, 0.99), st.sampled_from([0.5, 0.8, 0.95]), st.integers(1, 9)
)
def test_one_seed_fewer_is_too_few(
    margin: float, share: float, power: float, comparisons: int
) -> None:
    effect = share * margin
    needed = seeds_for_equality(1, effect, margin, power, comparisons)
    if needed is None:
        assert margin - abs(effect) < 0.01
        return
    assert equality_power(needed, effect, margin, comparisons) >= power
    assert needed == 2 or equality_power(needed - 1, effect, margin, comparisons) < power


def test_what_matters_is_never_called_equal_by_more_seeds() -> None:
    assert seeds_for_equality(1, 0.5, 0.5) is None
    assert seeds_for_equality(1, -0.6, 0.5) is None


def test_without_spread_seeds_are_needed_until_the_stand_in_is_small() -> None:
    for comparisons in (1, 8):
        needed = seeds_for_equality(0, 0.001, 0.005, comparisons=comparisons)
        assert needed is not None
        level = min(0.05 / comparisons, 0.025)
        assert 2.0**-needed < level <= 2.0 ** -(needed - 1)


def test_a_comparison_without_a_margin_says_nothing_of_it() -> None:
    found = compare(SAMPLE, np.zeros(10))
    assert (found.matters, found.p_equal, found.seeds_equal) == (None, None, None)


def test_unpaired_samples_by_scipys_welch() -> None:
    one, other = 0.9 + SAMPLE, 0.9 + 2 * SAMPLE[:7]
    found = compare_unpaired(one, other, matters=0.005)
    shifted = [
        scipy.stats.ttest_ind(one + shift, other, equal_var=False, alternative=side).pvalue
        for shift, side in ((0.005, "greater"), (-0.005, "less"))
    ]
    assert found.p_equal == pytest.approx(max(shifted), rel=1e-4)
    assert found.seeds_equal is not None
    same = compare_unpaired(np.full(5, 0.9), np.full(5, 0.9), matters=0.005)
    assert same.p_equal == pytest.approx(1 / 252)
