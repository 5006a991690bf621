"""Against scipy, enumerated cases and hand-worked examples."""

from __future__ import annotations

import itertools
import time
from dataclasses import asdict

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from regscope.statistics import (
    compare,
    detectable_difference,
    mean_interval,
    paired_differences,
    paired_t_p,
    seeds_needed,
    sign_flip_p,
)
from regscope.statistics.paired import RANDOM_FLIPS

SAMPLE = np.array([0.951, 0.947, 0.962, 0.955, 0.949, 0.958, 0.944, 0.960, 0.953, 0.957])
BASELINE = np.array([0.948, 0.949, 0.955, 0.950, 0.947, 0.951, 0.945, 0.952, 0.949, 0.950])

values = st.floats(-100, 100, allow_nan=False).map(lambda value: round(value, 3))


def test_a_comparison_has_these_numbers_in_this_order() -> None:
    found = compare(SAMPLE, BASELINE)
    assert list(asdict(found)) == [
        "seeds", "difference", "low", "high", "p_value", "p_sign_flip", "probability_better",
        "probability_low", "probability_high", "detectable_difference", "seeds_needed",
        "matters", "p_equal", "seeds_equal",
    ]  # fmt: skip
    differences = paired_differences(SAMPLE, BASELINE)
    assert found.difference == mean_interval(differences).mean
    assert found.detectable_difference == detectable_difference(differences)
    assert found.seeds_needed == seeds_needed(differences)


@pytest.mark.parametrize("count", [2, 5, 10])
def test_the_paired_t_test_is_scipys(count: int) -> None:
    expected = scipy.stats.ttest_rel(SAMPLE[:count], BASELINE[:count])
    found = compare(SAMPLE[:count], BASELINE[:count])
    interval = expected.confidence_interval(0.95)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=1e-12)
    assert found.seeds == count


def test_one_seed_gives_a_difference_and_nothing_to_judge_it_by() -> None:
    found = compare([0.95], [0.93])
    assert (found.seeds, found.p_value, found.seeds_needed) == (1, 1, None)
    assert found.difference == pytest.approx(0.02)
    assert np.isnan([found.low, found.high]).all()
    assert found.detectable_difference == np.inf


def test_p_values_of_differences_without_spread() -> None:
    assert paired_t_p(np.zeros(5)) == 1
    assert paired_t_p(np.full(5, 0.25)) == sign_flip_p(np.full(5, 0.25)) == 2 / 2**5
    assert paired_t_p(np.array([0.25])) == 1


def enumerated(differences: np.ndarray) -> float:
    """The share of all sign flips whose mean is at least as far from 0."""
    observed = abs(differences.mean())
    flips = itertools.product((1, -1), repeat=len(differences))
    means = [abs(np.mean(differences * np.array(signs))) for signs in flips]
    return float(np.mean([mean >= observed - 1e-12 for mean in means]))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [3, 5, 10])
def test_the_sign_flip_test_is_the_enumeration(seed: int, count: int) -> None:
    differences = np.random.default_rng(seed).normal(0.3, 1, count)
    assert sign_flip_p(differences) == pytest.approx(enumerated(differences), abs=1e-12)


def test_the_sign_flip_test_by_hand() -> None:
    """With all of one sign, 2 of 2**n flips are as far from 0; ties and zeros count as they are."""
    assert sign_flip_p(np.arange(1.0, 11.0)) == pytest.approx(2 / 2**10)
    assert sign_flip_p(-np.arange(1.0, 6.0)) == pytest.approx(2 / 2**5)
    assert sign_flip_p(np.array([1.0, 1.0, -1.0])) == 1
    assert sign_flip_p(np.array([0.0, 0.0, 2.0])) == 1
    assert sign_flip_p(np.zeros(10)) == 1


@pytest.mark.parametrize(("count", "decimals"), [(5, 1), (9, 12), (10, 1), (10, 12), (14, 3)])
def test_the_sign_flip_test_is_scipys_bit_for_bit(count: int, decimals: int) -> None:
    """Also where flips tie but for rounding, as those of tenths do."""
    differences = np.random.default_rng(count).normal(0.3, 1, count).round(decimals)
    expected = scipy.stats.permutation_test(
        (differences,),
        lambda values, axis: values.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=2**count,
    )
    assert sign_flip_p(differences) == expected.pvalue


counted = st.lists(st.tuples(st.integers(0, 97), st.integers(0, 97)), min_size=10, max_size=13)


@given(counted, st.sampled_from([97, 360, 1397, 10_000, 75_380]))
def test_nine_digits_of_shares_flip_as_their_counts_do(
    pairs: list[tuple[int, int]], examples: int
) -> None:
    own, other = np.array(pairs).T
    seen = abs(int((own - other).sum()))
    flips = itertools.product((1, -1), repeat=len(pairs))
    exact = np.mean([abs(int((own - other) @ np.array(signs))) >= seen for signs in flips])
    first, second = ([float(f"{value / examples:.9g}") for value in cell] for cell in (own, other))
    assert compare(first, second).p_sign_flip == exact


def test_ties_broken_by_nine_digits_are_still_ties() -> None:
    thirds = np.array([1 / 3, -1 / 3, 2 / 3, 1 / 3, -1 / 3, 2 / 3, -2 / 3, 1 / 3, 1 / 3, -1 / 3])
    broken = np.array([float(f"{value:.9g}") for value in thirds])
    assert sign_flip_p(broken, 2e-8) == sign_flip_p(np.rint(3 * thirds)) == enumerated(thirds)
    many = np.tile(thirds, 3)
    many[:15] = [float(f"{value:.9g}") for value in many[:15]]
    assert sign_flip_p(many, 2e-8) == sign_flip_p(np.rint(3 * np.tile(thirds, 3)))


def test_sign_flips_of_many_seeds_are_random_ones_and_the_same_every_time() -> None:
    """Within 4 standard errors of all 2**21 flips; of ties as many count as there are."""
    for decimals in (1, 12):
        differences = np.random.default_rng(1).normal(0.25, 1, 21).round(decimals)
        found = sign_flip_p(differences)
        assert found == sign_flip_p(differences)
        sums = np.zeros(1)
        for difference in differences:
            sums = np.concatenate([sums + difference, sums - difference])
        exact = (np.abs(sums) >= abs(differences.sum()) - 1e-9).mean()
        assert 0.01 < exact < 0.5
        assert abs(found - exact) < 4 * (exact * (1 - exact) / RANDOM_FLIPS) ** 0.5


def test_random_flips_never_say_that_it_cannot_be() -> None:
    assert sign_flip_p(np.full(50, 0.1)) == 1 / (1 + RANDOM_FLIPS)


@pytest.mark.parametrize("count", [20, 2000])
def test_many_seeds_take_no_longer_than_a_user_waits(count: int) -> None:
    differences = np.random.default_rng(2).normal(0.1, 1, count)
    before = time.process_time()
    sign_flip_p(differences)
    assert time.process_time() - before < 2


def test_the_sign_flip_test_stands_from_10_seeds_on() -> None:
    assert compare(SAMPLE[:9], BASELINE[:9]).p_sign_flip is None
    found = compare(SAMPLE, BASELINE)
    assert found.p_sign_flip == pytest.approx(enumerated(SAMPLE - BASELINE), abs=1e-12)


def test_the_probability_of_being_better_counts_ties_half() -> None:
    cell, baseline = [3.0, 1.0, 2.0, 5.0], [2.0, 1.0, 3.0, 4.0]
    assert compare(cell, baseline).probability_better == (2 + 0.5) / 4
    assert compare(cell, baseline, higher_is_better=False).probability_better == (1 + 0.5) / 4


def test_the_probability_of_being_better_has_clopper_and_pearsons_interval() -> None:
    """8 of 10 seeds."""
    found = compare(SAMPLE, BASELINE)
    assert found.probability_better == 0.8
    expected = scipy.stats.binomtest(8, 10).proportion_ci(method="exact")
    assert found.probability_low == pytest.approx(expected.low)
    assert found.probability_high == pytest.approx(expected.high)
    mirrored = compare(SAMPLE, BASELINE, higher_is_better=False)
    assert mirrored.probability_better == pytest.approx(0.2)
    assert mirrored.probability_low == pytest.approx(1 - expected.high)


@given(st.lists(st.tuples(values, values), min_size=2, max_size=9))
def test_comparing_the_other_way_round_changes_signs_only(pairs: list[tuple[float, float]]) -> None:
    cell, baseline = np.array(pairs).T
    there, back = compare(cell, baseline), compare(baseline, cell)
    assert back.difference == -there.difference
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
    assert back.p_value == pytest.approx(there.p_value)
    assert back.probability_better == pytest.approx(1 - there.probability_better)
    assert back.probability_low == pytest.approx(1 - there.probability_high)
    assert back.seeds_needed == there.seeds_needed
    assert back.detectable_difference == pytest.approx(there.detectable_difference)


@given(st.lists(values, min_size=2, max_size=9), values)
def test_shifting_both_cells_changes_no_comparison(sample: list[float], shift: float) -> None:
    cell = np.array(sample)
    baseline = np.roll(cell, 1)
    first, shifted = compare(cell, baseline), compare(cell + shift, baseline + shift)
    assert shifted.difference == pytest.approx(first.difference, abs=1e-9)
    assert (shifted.low, shifted.high) == pytest.approx((first.low, first.high), abs=1e-9)
