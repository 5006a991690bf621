from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from regscope.statistics import NewRun, excluded, new_run, prediction_interval, telling
from regscope.statistics.intervals import Interval
from regscope.statistics.single_runs import deviation

X = np.array([0.91, 0.93, 0.92, 0.95, 0.94])
OTHERS = [np.array([0.90, 0.90, 0.91, 0.93, 0.92]), np.array([0.85, 0.88, 0.86])]


def test_deviations_are_pooled_as_an_analysis_of_variance_pools_them() -> None:
    found = deviation(X, OTHERS)
    squares = sum(((values - values.mean()) ** 2).sum() for values in (X, *OTHERS))
    assert found.freedom == 4 + 4 + 2
    assert found.size == pytest.approx(math.sqrt(squares / 10))


def test_alone_it_is_the_prediction_interval_of_the_cells_own_seeds() -> None:
    run, own = new_run(X, []), prediction_interval(X)
    assert (run.interval().low, run.interval().high) == pytest.approx((own.low, own.high))
    assert run.p_value(own.high) == pytest.approx(0.05)
    assert run.p_value(0.96) == pytest.approx(stats.ttest_ind([0.96], X).pvalue)


def test_a_cell_that_spreads_more_than_the_others_keeps_its_own_deviation() -> None:
    wide = 10 * (X - X.mean()) + 0.5
    assert deviation(wide, OTHERS).size == pytest.approx(wide.std(ddof=1))
    narrow = 0.1 * (X - X.mean()) + 0.5
    assert deviation(narrow, OTHERS).freedom == 10


def test_without_freedom_there_is_no_interval_and_without_spread_no_width() -> None:
    alone = new_run(np.array([0.9]), [])
    assert math.isnan(alone.interval().low)
    assert (alone.p_value(0.5), alone.shift()) == (1, math.inf)
    flat = new_run(np.full(5, 0.9), [np.full(5, 0.8)])
    assert (flat.interval().low, flat.interval().high, flat.shift()) == (0.9, 0.9, 0)
    assert (flat.p_value(0.9), flat.p_value(0.8)) == (1, 0)


def test_one_seed_borrows_the_others_deviation() -> None:
    found = new_run(np.array([0.9]), OTHERS)
    assert found.freedom == 6
    assert found.interval().low < 0.9 < found.interval().high


def test_it_covers_and_a_shift_is_seen_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    inside = seen = 0
    rounds = 4000
    draws = rng.normal(size=(rounds, 5, 5))
    for cells, one in zip(draws, rng.normal(size=rounds), strict=True):
        # The F test is for cells that spread otherwise; these do not.
        run = NewRun(cells[0].mean(), _pooled(cells) * math.sqrt(1 + 1 / 5), 20)
        interval = run.interval()
        inside += interval.low <= one <= interval.high
    assert inside / rounds == pytest.approx(0.95, abs=0.012)
    true = NewRun(0, math.sqrt(1 + 1 / 5), 20).shift()
    for cells, one in zip(draws, rng.normal(size=rounds), strict=True):
        run = NewRun(cells[0].mean(), _pooled(cells) * math.sqrt(1 + 1 / 5), 20)
        interval = run.interval()
        seen += not interval.low <= one + true <= interval.high
    assert seen / rounds == pytest.approx(0.8, abs=0.02)


def _pooled(cells: np.ndarray) -> float:
    return float(math.sqrt(cells.var(axis=1, ddof=1).mean()))


def test_with_the_f_test_cells_that_spread_alike_are_covered_too() -> None:
    rng = np.random.default_rng(1)
    rounds = 1500
    inside = 0
    for _ in range(rounds):
        cells = rng.normal(size=(6, 5))
        interval = new_run(cells[0], list(cells[1:])).interval()
        inside += interval.low <= rng.normal() <= interval.high
    assert inside / rounds == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(
    ("others", "left_out", "says"),
    [
        ([], 0, False),
        ([0.5], 0, False),
        ([2], 1, True),
        ([0.5, 2], 1, False),
        ([0.5, 2, -1], 2, True),
    ],
)
def test_an_interval_says_something_by_what_it_leaves_out(
    others: list[float], left_out: int, says: bool
) -> None:
    interval = Interval(0.5, 0, 1)
    assert len(excluded(interval, others)) == left_out
    assert telling(interval, others) == says
