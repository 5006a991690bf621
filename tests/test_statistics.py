"""Against scipy, enumerated cases, hand-worked examples and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from regscope import statistics
from regscope.statistics import (
    Comparison,
    compare,
    detectable_difference,
    holm,
    mean_interval,
    paired_t_p,
    prediction_interval,
    sign_flip_p,
    verdict,
)

SAMPLE = np.array([0.951, 0.947, 0.962, 0.955, 0.949, 0.958, 0.944, 0.960, 0.953, 0.957])
BASELINE = np.array([0.948, 0.949, 0.955, 0.950, 0.947, 0.951, 0.945, 0.952, 0.949, 0.950])

values = st.floats(-100, 100, allow_nan=False).map(lambda value: round(value, 3))
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@pytest.mark.parametrize("count", [2, 3, 5, 10])
def test_the_mean_interval_is_scipys(count: int) -> None:
    sample = SAMPLE[:count]
    found = mean_interval(sample)
    low, high = scipy.stats.t.interval(
        0.95, count - 1, loc=sample.mean(), scale=scipy.stats.sem(sample)
    )
    assert found.mean == pytest.approx(sample.mean(), abs=1e-12)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


def test_the_mean_interval_by_hand() -> None:
    """Of 1, 2, 3: t(0.975, 2) = 4.302653, s = 1."""
    found = mean_interval([1, 2, 3])
    assert found.mean == 2
    assert found.high - 2 == pytest.approx(4.302653 / math.sqrt(3), rel=1e-6)


def test_of_one_value_the_interval_is_the_value() -> None:
    for interval in (mean_interval([0.5]), prediction_interval([0.5])):
        assert (interval.mean, interval.low, interval.high) == (0.5, 0.5, 0.5)


def test_the_prediction_interval_is_its_formula() -> None:
    found = prediction_interval(SAMPLE)
    reach = 2.262157 * SAMPLE.std(ddof=1) * math.sqrt(1 + 1 / 10)
    assert found.high - found.mean == pytest.approx(reach, rel=1e-6)
    assert found.mean - found.low == pytest.approx(reach, rel=1e-6)


def test_nominal_95_percent_intervals_cover_95_percent() -> None:
    """Of 4,000 simulated studies of 5 seeds, the mean and one new run; to four standard errors."""
    generator = np.random.default_rng(0)
    studies = 4000
    margin = 4 * math.sqrt(0.95 * 0.05 / studies)
    means = runs = 0
    for _ in range(studies):
        sample = generator.normal(0.93, 0.01, 5)
        interval, prediction = mean_interval(sample), prediction_interval(sample)
        means += interval.low <= 0.93 <= interval.high
        runs += prediction.low <= generator.normal(0.93, 0.01) <= prediction.high
    assert means / studies == pytest.approx(0.95, abs=margin)
    assert runs / studies == pytest.approx(0.95, abs=margin)


@pytest.mark.parametrize("count", [2, 5, 10])
def test_the_paired_t_test_is_scipys(count: int) -> None:
    expected = scipy.stats.ttest_rel(SAMPLE[:count], BASELINE[:count])
    found = compare(SAMPLE[:count], BASELINE[:count])
    interval = expected.confidence_interval(0.95)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=1e-12)
    assert found.seeds == count


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


def test_sign_flips_of_many_seeds_are_random_ones_and_the_same_every_time() -> None:
    differences = np.random.default_rng(1).normal(0.2, 1, 24)
    found = sign_flip_p(differences)
    assert found == sign_flip_p(differences)
    assert 0.01 < found < 0.5
    assert found == pytest.approx(scipy.stats.ttest_1samp(differences, 0).pvalue, rel=0.1)


def test_the_sign_flip_test_stands_from_10_seeds_on() -> None:
    assert compare(SAMPLE[:9], BASELINE[:9]).p_sign_flip is None
    found = compare(SAMPLE, BASELINE)
    assert found.p_sign_flip == pytest.approx(enumerated(SAMPLE - BASELINE), abs=1e-12)


def test_the_probability_of_being_better_counts_ties_half() -> None:
    cell, baseline = [3.0, 1.0, 2.0, 5.0], [2.0, 1.0, 3.0, 4.0]
    assert compare(cell, baseline).probability_better == (2 + 0.5) / 4
    assert compare(cell, baseline, higher_is_better=False).probability_better == (1 + 0.5) / 4


def test_the_detectable_difference_has_the_stated_power() -> None:
    differences = SAMPLE - BASELINE
    s = differences.std(ddof=1)
    expected = (2.262157 + 0.883404) * s / math.sqrt(10)
    assert detectable_difference(differences) == pytest.approx(expected, rel=1e-5)
    assert detectable_difference(differences[:1]) == math.inf
    generator = np.random.default_rng(0)
    true = (2.262157 + 0.883404) / math.sqrt(10)
    shown = [paired_t_p(generator.normal(true, 1, 10)) < 0.05 for _ in range(2000)]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.05)


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


@given(st.lists(st.tuples(values, values), min_size=2, max_size=9))
def test_comparing_the_other_way_round_changes_signs_only(pairs: list[tuple[float, float]]) -> None:
    cell, baseline = np.array(pairs).T
    there, back = compare(cell, baseline), compare(baseline, cell)
    assert back.difference == -there.difference
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
    assert back.p_value == pytest.approx(there.p_value)
    assert back.probability_better == pytest.approx(1 - there.probability_better)
    assert back.detectable_difference == pytest.approx(there.detectable_difference)


@given(st.lists(values, min_size=2, max_size=9), values)
def test_shifting_both_cells_changes_no_comparison(sample: list[float], shift: float) -> None:
    cell = np.array(sample)
    baseline = np.roll(cell, 1)
    first, shifted = compare(cell, baseline), compare(cell + shift, baseline + shift)
    assert shifted.difference == pytest.approx(first.difference, abs=1e-9)
    assert (shifted.low, shifted.high) == pytest.approx((first.low, first.high), abs=1e-9)


def comparison(seeds: int, difference: float, reach: float) -> Comparison:
    return Comparison(
        seeds, difference, difference - reach, difference + reach, 0.01, None, 1.0, reach
    )


@pytest.mark.parametrize(
    ("seeds", "difference", "reach", "p_holm", "higher_is_better", "expected"),
    [
        (10, 0.02, 0.01, 0.01, True, "better"),
        (10, -0.02, 0.01, 0.01, True, "worse"),
        (10, -0.02, 0.01, 0.01, False, "better"),
        (10, 0.02, 0.01, 0.01, False, "worse"),
        (10, 0.02, 0.03, 0.01, True, "not separable"),
        (10, 0.02, 0.02, 0.01, True, "not separable"),
        (10, 0.02, 0.01, 0.05, True, "not separable"),
        (5, 0.02, 0.01, 0.049, True, "better"),
        (4, 0.02, 0.01, 0.001, True, "too few seeds"),
    ],
)
def test_verdicts_need_interval_corrected_p_and_seeds(
    seeds: int,
    difference: float,
    reach: float,
    p_holm: float,
    higher_is_better: bool,
    expected: str,
) -> None:
    assert verdict(comparison(seeds, difference, reach), p_holm, higher_is_better) == expected


def test_a_difference_that_is_none_is_not_separable() -> None:
    found = compare(SAMPLE, SAMPLE)
    assert (found.difference, found.low, found.high) == (0, 0, 0)
    assert (found.p_value, found.p_sign_flip, found.probability_better) == (1, 1, 0.5)
    assert verdict(found, found.p_value) == "not separable"


def test_the_test_sets_error_is_the_binomial_one() -> None:
    """Of 0.9 on 100 examples: 0.03."""
    assert statistics.test_set_error(0.9, 100) == pytest.approx(0.03)
    assert statistics.test_set_error(1.0, 100) == 0
