"""Against integration, simulation and published tables of sample sizes."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from regscope.statistics import (
    MOST_SEEDS,
    compare,
    detectable_difference,
    paired_t_p,
    power_of,
    seeds_for,
    seeds_needed,
    seeds_table,
)

DIFFERENCES = np.array([0.003, -0.002, 0.007, 0.005, 0.002, 0.007, -0.001, 0.008, 0.004, 0.007])


def integrated(seeds: int, effect: float) -> float:
    """The normal mean integrated over the chi-square spread: no noncentral t."""
    freedom, shift = seeds - 1, effect * math.sqrt(seeds)
    critical = scipy.stats.t.ppf(0.975, freedom)

    def rejected(chi: float) -> float:
        reach = critical * chi / math.sqrt(freedom)
        outside = scipy.stats.norm.sf(reach - shift) + scipy.stats.norm.cdf(-reach - shift)
        return float(outside * scipy.stats.chi.pdf(chi, freedom))

    return float(scipy.integrate.quad(rejected, 0, math.sqrt(freedom) + 12, limit=200)[0])


@pytest.mark.parametrize("seeds", [2, 5, 10, 40])
@pytest.mark.parametrize("effect", [0.01, 0.3, 1.0, 1.7, 3.0])
def test_power_is_the_integral(seeds: int, effect: float) -> None:
    assert power_of(seeds, effect) == pytest.approx(integrated(seeds, effect), abs=1e-6)
    assert power_of(seeds, -effect) == power_of(seeds, effect)


@pytest.mark.parametrize(("seeds", "effect"), [(5, 1.0), (10, 1.0), (10, 0.4)])
def test_power_is_the_share_of_simulated_studies_that_reject(seeds: int, effect: float) -> None:
    differences = np.random.default_rng(seeds).normal(effect, 1, (20_000, seeds))
    rejected = (scipy.stats.ttest_1samp(differences, 0, axis=1).pvalue < 0.05).mean()
    assert rejected == pytest.approx(power_of(seeds, effect), abs=0.014)


def test_power_of_no_effect_is_the_significance() -> None:
    assert power_of(7, 0) == pytest.approx(0.05)


@pytest.mark.parametrize("seeds", [2, 3, 5, 10, 1000, MOST_SEEDS])
def test_power_is_a_number_for_every_effect(seeds: int) -> None:
    found = [power_of(seeds, effect) for effect in np.geomspace(1e-4, 1e4, 50)]
    assert found == sorted(found)
    assert found[0] >= 0.05
    assert found[-1] == 1


@pytest.mark.parametrize(("effect", "expected"), [(0.2, 199), (0.5, 34), (0.8, 15)])
def test_seeds_for_known_effects(effect: float, expected: int) -> None:
    """Small, medium and large (Cohen 1988): what programs for sample sizes give."""
    assert seeds_for(1, effect) == expected
    assert seeds_for(0.01, -effect / 100) == expected


@given(st.floats(0.01, 20), st.sampled_from([0.5, 0.8, 0.95]))
def test_one_seed_fewer_is_too_few(effect: float, power: float) -> None:
    needed = seeds_for(1, effect, power)
    assert needed is not None
    assert power_of(needed, effect) >= power
    assert needed == 2 or power_of(needed - 1, effect) < power


def test_seeds_for_differences_that_are_none() -> None:
    assert seeds_for(0.01, 0) is None
    assert seeds_for(1, 0.0028) is None
    edge = seeds_for(1, 0.0029)
    assert edge is not None
    assert 900_000 < edge <= MOST_SEEDS


def test_without_spread_seeds_are_needed_until_the_stand_in_is_significant() -> None:
    needed = seeds_for(0, 0.25)
    assert needed is not None
    assert paired_t_p(np.full(needed, 0.25)) < 0.05 <= paired_t_p(np.full(needed - 1, 0.25))
    assert seeds_needed(np.full(5, 0.1)) == needed
    assert seeds_needed(np.zeros(5)) is None


@pytest.mark.parametrize(
    ("deviation", "power", "line"),
    [
        (-1.0, 0.8, "deviation = -1.0: 0 or more"),
        (math.nan, 0.8, "deviation = nan: 0 or more"),
        (1.0, 1.0, "power = 1.0: between 0 and 1"),
    ],
)
def test_refusals(deviation: float, power: float, line: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(line)}$"):
        seeds_for(deviation, 0.1, power)


def test_seeds_needed_go_by_mean_and_spread() -> None:
    effect = DIFFERENCES.mean() / DIFFERENCES.std(ddof=1)
    needed = seeds_needed(DIFFERENCES)
    assert needed == seeds_for(1, effect)
    assert needed == seeds_needed(1000 * -DIFFERENCES)
    assert seeds_needed(DIFFERENCES[:1]) is None
    more = seeds_needed(DIFFERENCES, power=0.95)
    assert needed is not None
    assert more is not None
    assert more > needed


def test_the_table_of_seeds() -> None:
    """A spread of half a point: an effect of 0.2, 0.5, 1 and 2."""
    assert seeds_table(0.005) == {0.001: 199, 0.0025: 34, 0.005: 10, 0.01: 5}
    assert seeds_table(1, [0.8], power=0.9) == {0.8: 19}


@pytest.mark.parametrize("count", [2, 3, 5, 10, 50])
def test_the_detectable_difference_has_the_stated_power(count: int) -> None:
    differences = np.random.default_rng(count).normal(0, 3, count)
    found = detectable_difference(differences)
    effect = found / differences.std(ddof=1)
    assert integrated(count, effect) == pytest.approx(0.8, abs=1e-6)
    assert seeds_for(differences.std(ddof=1), found * (1 + 1e-6)) == count


def test_the_detectable_difference_is_nearly_the_sum_of_two_quantiles() -> None:
    """(t(0.975, 9) + t(0.8, 9)) * s / sqrt(10), the usual approximation."""
    usual = (2.262157 + 0.883404) * DIFFERENCES.std(ddof=1) / math.sqrt(10)
    assert detectable_difference(DIFFERENCES) == pytest.approx(usual, rel=0.01)
    assert detectable_difference(DIFFERENCES[:1]) == math.inf


def test_without_spread_every_difference_is_detectable_or_none_is() -> None:
    """2 / 2**5 is above 0.05; 2 / 2**8 is below it, and above a tenth of it."""
    assert detectable_difference(np.full(5, 0.5)) == math.inf
    assert detectable_difference(np.full(8, 0.5)) == 0
    assert detectable_difference(np.full(8, 0.5), comparisons=10) == math.inf


def test_a_family_of_one_is_no_family() -> None:
    assert power_of(7, 0.6, 1) == power_of(7, 0.6)
    assert seeds_for(1, 0.5, comparisons=1) == 34


@pytest.mark.parametrize("comparisons", [2, 8, 20])
@pytest.mark.parametrize(("seeds", "effect"), [(5, 1.7), (10, 1.0), (20, 0.8)])
def test_power_in_a_family_is_the_share_below_a_part_of_the_significance(
    seeds: int, effect: float, comparisons: int
) -> None:
    draws = np.random.default_rng(seeds).normal(effect, 1, (20_000, seeds))
    rejected = (scipy.stats.ttest_1samp(draws, 0, axis=1).pvalue < 0.05 / comparisons).mean()
    assert rejected == pytest.approx(power_of(seeds, effect, comparisons), abs=0.014)


@pytest.mark.parametrize("comparisons", [1, 8, 100])
@pytest.mark.parametrize("seeds", [2, 5, 10, 1000])
def test_power_in_a_family_is_a_number_for_every_effect(seeds: int, comparisons: int) -> None:
    found = [power_of(seeds, effect, comparisons) for effect in np.geomspace(1e-4, 1e4, 50)]
    assert found == sorted(found)
    assert found[-1] == 1


@pytest.mark.parametrize(("seeds", "ratio"), [(5, 1.77), (10, 1.44)])
def test_eight_cells_ask_for_a_larger_difference(seeds: int, ratio: float) -> None:
    differences = np.random.default_rng(0).normal(0, 1, seeds)
    one, eight = (detectable_difference(differences, comparisons) for comparisons in (1, 8))
    assert eight / one == pytest.approx(ratio, abs=0.005)


@given(st.integers(1, 30), st.floats(0.05, 5))
def test_more_comparisons_never_need_fewer_seeds(comparisons: int, effect: float) -> None:
    alone, among = seeds_for(1, effect), seeds_for(1, effect, comparisons=comparisons)
    assert alone is not None
    assert among is not None
    assert alone <= among
    assert power_of(among, effect, comparisons) >= 0.8


@given(
    st.lists(st.floats(-1, 1).map(lambda value: round(value, 3)), min_size=5, max_size=10),
    st.integers(1, 20),
)
def test_what_exceeds_the_detectable_difference_outlasts_every_correction(
    sample: list[float], comparisons: int
) -> None:
    found = compare(sample, np.zeros(len(sample)), comparisons=comparisons)
    if abs(found.difference) > found.detectable_difference:
        assert comparisons * found.p_value < 0.05
        assert not found.low <= 0 <= found.high
