from __future__ import annotations

import pytest

from bench import ratios


def ran(start: float, rest: float, seeds: int = 1) -> dict[str, object]:
    return {"start": start, "rest": rest, "accuracies": {"none": [[0.9]] * seeds}}


# Fast and slow machine: everything took twice as long in the second round.
ROUNDS = [
    {"other": ran(10, 50), "ours": ran(0, 100, seeds=10)},
    {"other": ran(20, 100), "ours": ran(0, 200, seeds=10)},
    {"other": ran(10, 60), "ours": ran(0, 100, seeds=10)},
]


def test_the_start_is_paid_once_and_the_rest_by_every_seed() -> None:
    assert ratios.seconds_a_seed(start=10, rest=50, trained=1, charged=10) == 51
    assert ratios.seconds_a_seed(start=10, rest=50, trained=2, charged=10) == 26


def test_seeds_that_were_truly_trained_share_the_whole_time() -> None:
    assert ratios.way_seconds(ran(0, 100, seeds=10), charged=10, short=False) == 10


def test_a_short_job_leaves_the_start_out() -> None:
    assert ratios.way_seconds(ran(10, 50), charged=10, short=True) == 50


def test_ratios_are_taken_round_by_round() -> None:
    found = ratios.ratio_spread(ROUNDS, "other", "ours", charged=10, short=False)
    assert [found.low, found.middle, found.high] == pytest.approx([5.1, 5.1, 6.1])


def test_seconds_spread_over_rounds() -> None:
    found = ratios.way_spread(ROUNDS, "other", charged=10, short=False)
    assert found == ratios.Spread(middle=61, low=51, high=102)


def test_fraction_of_peak() -> None:
    assert ratios.fraction_of_peak(flops=300e9, seconds=2, peak=600e9) == 0.25
