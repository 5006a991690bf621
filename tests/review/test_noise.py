from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from regscope.review.noise import (
    FLIPPED,
    difference,
    moved,
    same_accuracy,
)
from regscope.statistics import LAST_DIGITS

TEN = (0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99)


def by_seed(values: Sequence[float] | np.ndarray) -> dict[int, float]:
    return dict(enumerate(values))


def test_paired_differences_leave_out_what_seeds_share() -> None:
    shift = np.array([0.001, 0.002, 0.001, 0.002, 0.004, 0.001, 0.002, 0.001, 0.002, 0.004])
    found = difference(by_seed(TEN), by_seed(TEN + shift))
    reach = t.ppf(0.975, 9) * shift.std(ddof=1) / math.sqrt(10)
    assert found.paired
    assert (found.seeds, found.decided, found.within_noise) == (10, True, False)
    assert found.interval.mean == pytest.approx(0.002)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (0.002 - reach, 0.002 + reach)
    )


def test_the_order_of_seeds_in_the_tables_does_not_matter() -> None:
    after = dict(reversed(by_seed(TEN).items()))
    assert difference(by_seed(TEN), after).interval.mean == 0


def test_other_seeds_are_not_paired_even_if_as_many() -> None:
    found = difference({0: 0.9, 1: 0.91, 2: 0.92}, {1: 0.9, 2: 0.91, 3: 0.92})
    assert not found.paired
    assert (found.seeds, found.decided) == (3, False)


@pytest.mark.parametrize(("by", "same"), [(0.95 * FLIPPED, True), (1.05 * FLIPPED, False)])
def test_a_seed_may_move_by_few_test_examples(by: float, same: bool) -> None:
    assert same_accuracy(by_seed(TEN), by_seed((*TEN[:9], TEN[9] + by))) is same


@pytest.mark.parametrize(("part", "same"), [(0.95, True), (1.05, False)])
def test_the_mean_may_move_by_a_part_of_its_standard_error(part: float, same: bool) -> None:
    close = np.array(TEN) / 5
    by = part * LAST_DIGITS * close.std(ddof=1) / math.sqrt(10)
    assert by < FLIPPED
    assert same_accuracy(by_seed(close), by_seed(close + by)) is same
    assert moved(by_seed(close), by_seed(close + by)) is not same


def test_another_seed_is_never_the_same() -> None:
    assert not same_accuracy({0: 0.9, 1: 0.91}, {0: 0.9, 1: 0.91, 2: 0.905})


def test_without_spread_any_difference_but_rounding_counts() -> None:
    assert moved({0: 0.5, 1: 0.5}, {0: 0.5, 1: 0.500001})
    assert not moved({0: 0.5, 1: 0.5}, {0: 0.5 + 1e-9, 1: 0.5})
    assert moved({0: 0.5}, {0: 0.51})


def test_a_loss_that_is_not_finite_moved_unless_it_was_so_before() -> None:
    infinite = {0: 0.5, 1: math.inf}
    assert moved({0: 0.5, 1: 0.6}, infinite)
    assert not moved(infinite, dict(infinite))


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20))
def test_a_run_is_the_same_as_itself_and_within_its_noise(right: list[int]) -> None:
    run = by_seed([count / 1000 for count in right])
    assert same_accuracy(run, dict(run))
    assert difference(run, dict(run)).within_noise
