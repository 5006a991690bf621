from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from regscope.statistics import (
    Interval,
    for_new_data,
    independent_error,
    mean_interval,
    new_data_p,
    shared_error,
)

SIGNS = arrays(
    np.int64,
    st.tuples(st.integers(1, 4), st.integers(2, 12)),
    elements=st.integers(-1, 1),
)


def test_by_hand() -> None:
    """Means 1, 0, -1/2, -1/2 vary by 1/2 around 0; what is left by 1/3, of two seeds 1/6."""
    differences = np.array([[1, 0, 0, -1], [1, 0, -1, 0]])
    assert shared_error(differences) == pytest.approx(math.sqrt((1 / 2 - 1 / 3 / 2) / 4))


def test_where_all_seeds_agree_it_is_the_error_of_a_mean() -> None:
    """McNemar's, of 7 gained and 3 lost among 100."""
    once = np.repeat([1, -1, 0], [7, 3, 90])
    expected = once.std(ddof=1) / 10
    assert shared_error(once[None]) == pytest.approx(expected)
    assert shared_error(np.stack([once] * 5)) == pytest.approx(expected)


def test_what_differs_between_seeds_alone_is_not_the_test_sets() -> None:
    assert shared_error(np.repeat([[1], [-1], [0]], 50, axis=1)) == 0


@given(SIGNS)
def test_sentences_of_one_word_are_examples(differences: np.ndarray) -> None:
    words = np.ones(differences.shape[1])
    assert shared_error(differences, words) == pytest.approx(shared_error(differences))


def test_whole_sentences_count_by_their_words() -> None:
    """Cochran's ratio, of one seed: sums 2, 0, 1 of 4, 2, 2 words; the ratio is 3/8."""
    residuals = np.array([2, 0, 1]) - 3 / 8 * np.array([4, 2, 2])
    expected = math.sqrt(np.square(residuals).sum() * 3 / 2) / 8
    assert shared_error(np.array([[2, 0, 1]]), np.array([4, 2, 2])) == pytest.approx(expected)


def drawn(generator: np.random.Generator, seeds: int, examples: int) -> np.ndarray:
    """Differences of two cells on a new test set by new seeds.

    Of the seed, of the example and of both there is a part, with deviations 0.02, 0.3 and 0.4.
    """
    of_seeds = generator.normal(0, 0.02, (seeds, 1))
    of_examples = generator.normal(0, 0.3, (1, examples))
    return 0.05 + of_seeds + of_examples + generator.normal(0, 0.4, (seeds, examples))


def test_it_is_the_examples_part_of_the_error() -> None:
    generator = np.random.default_rng(0)
    found = [shared_error(drawn(generator, 5, 200)) ** 2 for _ in range(500)]
    assert np.mean(found) == pytest.approx(0.3**2 / 200, rel=0.03)


def test_the_interval_covers_new_seeds_on_new_examples_and_the_seeds_alone_does_not() -> None:
    generator = np.random.default_rng(1)
    seeds_alone, both = [], []
    for _ in range(800):
        differences = drawn(generator, 5, 200)
        interval = mean_interval(differences.mean(axis=1))
        wider = for_new_data(interval, shared_error(differences))
        seeds_alone.append(interval.low <= 0.05 <= interval.high)
        both.append(wider.low <= 0.05 <= wider.high)
    assert 0.935 <= np.mean(both) <= 0.98
    assert np.mean(seeds_alone) < 0.85


@pytest.mark.parametrize("shared", [0.0, 0.5, 1.0])
def test_the_bound_holds_where_cells_find_the_same_examples_hard(shared: float) -> None:
    generator = np.random.default_rng(2)
    own, other, common = generator.uniform(size=(3, 20_000))
    same = generator.uniform(size=20_000) < shared
    right = [np.where(same, common, alone) < 0.9 for alone in (own, other)]
    differences = right[0].astype(int) - right[1]
    bound = independent_error(right[0].mean(), right[1].mean(), 20_000)
    assert shared_error(differences[None]) <= bound * 1.02
    if shared == 0:
        assert shared_error(differences[None]) == pytest.approx(bound, rel=0.02)


def test_squares_of_half_widths_add() -> None:
    """3 of the seeds and 4 of the examples."""
    found = for_new_data(Interval(1.0, -2.0, 4.0), error=4 / 1.959963985)
    assert (found.low, found.high) == pytest.approx((-4.0, 6.0))
    assert for_new_data(Interval(1.0, -2.0, 4.0), widening=2.0) == Interval(1.0, -5.0, 7.0)


@given(SIGNS, st.floats(1, 10))
def test_it_is_never_narrower_than_the_seeds(differences: np.ndarray, widening: float) -> None:
    interval = Interval(0.1, -0.2, 0.4)
    found = for_new_data(interval, shared_error(differences), widening)
    assert found.low <= interval.low
    assert found.high >= interval.high


def test_one_seed_has_no_interval_for_new_data_either() -> None:
    found = for_new_data(Interval(0.1, math.nan, math.nan), 0.01)
    assert found.mean == 0.1
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_without_an_error_of_examples_the_p_is_that_of_the_paired_t_test() -> None:
    differences = np.array([0.01, 0.02, -0.005, 0.015, 0.012])
    expected = scipy.stats.ttest_1samp(differences, 0).pvalue
    assert new_data_p(differences, 0.0, 500) == pytest.approx(expected, rel=1e-9)


def test_the_p_for_new_data_is_satterthwaite_s() -> None:
    """By hand: s**2 / S of 1, 3, 5, 7 is 20/12; error 2: variance 17/3, mean 4; degrees of freedom
    (17/3)**2 / ((5/3)**2 / 3 + 16 / 99)."""
    freedom = (17 / 3) ** 2 / ((5 / 3) ** 2 / 3 + 16 / 99)
    expected = 2 * scipy.stats.t.sf(4 / math.sqrt(17 / 3), freedom)
    assert new_data_p(np.array([1.0, 3.0, 5.0, 7.0]), 2.0, 100) == pytest.approx(expected, rel=1e-9)


def test_of_equal_differences_and_endless_examples_the_p_is_certain() -> None:
    assert new_data_p(np.full(5, 0.01), 0.0, 100) == 0
    assert new_data_p(np.zeros(5), 0.0, 100) == 1
    assert math.isnan(new_data_p(np.array([0.01]), 0.1, 100))


def test_where_nothing_differs_new_examples_are_told_so_nineteen_times_of_twenty() -> None:
    """Cells with the same chance of being right on every example, alike hard for both."""
    stream = np.random.default_rng(0)
    false = 0
    for _ in range(400):
        hard = stream.uniform(0.5, 1, 200)
        lean = stream.normal(0, 0.1, 200)
        own, other = (
            stream.random((10, 200)) < np.clip(hard + sign * lean, 0, 1) for sign in (1, -1)
        )
        differences = own.astype(float) - other
        error = shared_error(differences)
        false += new_data_p(differences.mean(axis=1), error, 200) < 0.05
    assert false / 400 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
