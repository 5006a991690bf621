from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regscope.statistics import (
    Pair,
    compare,
    firm,
    holm,
    holm_of_family,
    nudged,
    paired_t_p,
    verdict,
)
from regscope.statistics.firmness import repeats, verdicts_of
from regscope.statistics.levels import LAST_DIGITS, LAST_DIGITS_OF_A_DIFFERENCE

SEEDS = np.arange(10)
NONE = np.array([0.90, 0.91, 0.92, 0.93, 0.94, 0.90, 0.91, 0.92, 0.93, 0.94])
WIGGLE = np.array([1, -1, 0.5, -0.5, 0.8, -0.8, 0.2, -0.2, 0.4, -0.4]) / 1000


def pair(differences: np.ndarray) -> Pair:
    count = len(differences)
    return Pair(SEEDS[:count], NONE[:count] + differences, NONE[:count])


@pytest.mark.parametrize(
    ("differences", "word", "stays"),
    [
        (0.02 + WIGGLE, "better", True),
        (-0.02 + WIGGLE, "worse", True),
        (WIGGLE, "no difference that matters", True),
        (0.02 + WIGGLE[:4], "too few seeds", None),
        (0.02 + WIGGLE[:5], "better", True),
        # One seed against nine, and without it there is no doubt.
        (np.array([0.01] * 9 + [-0.04]) + WIGGLE, "undecided", False),
        # Just below the level, and with a seed fewer just above.
        (np.array([0.014, 0.002, 0.010, 0.002, 0.008, 0.001]), "better", False),
        # Nothing at all of either.
        (30 * WIGGLE, "undecided", True),
    ],
)
def test_known_firmness(differences: np.ndarray, word: str, stays: bool | None) -> None:
    family = [pair(differences)]
    assert verdicts_of(family, True, 0.005) == [word]
    assert firm(family, True, 0.005) == [stays]


def test_the_family_is_corrected_anew_without_the_seed() -> None:
    """p is .012 alone and corrected .024; seed 5 carries the other cell, and without it Holm's
    second step is no longer reached.
    """
    first = np.array([0.014, 0.006, 0.012, 0.005, 0.010, 0.004, 0.009, 0.003, 0.008, 0.0])
    alone = firm([pair(first)])
    assert alone == [True]
    crowd = [pair(first), *(pair(30 * WIGGLE[::-1]) for _ in range(60))]
    assert verdicts_of(crowd)[0] == "better"
    assert firm(crowd)[0] is False


def test_a_nudge_moves_a_difference_by_its_share_of_a_standard_error_and_not_past() -> None:
    differences = 0.01 + WIGGLE
    one = pair(differences)
    by = LAST_DIGITS_OF_A_DIFFERENCE * differences.std(ddof=1) / np.sqrt(10)
    for direction in (-1, 1):
        moved = one.nudged(direction)
        assert np.mean(moved.cell - moved.other) == pytest.approx(0.01 + direction * by)
        assert np.std(moved.cell - moved.other) == pytest.approx(np.std(differences))
    assert nudged(one.cell, one.other, 0) is one.cell
    near = pair(WIGGLE - WIGGLE.mean() + 1e-6).nudged(-1)
    assert np.mean(near.cell - near.other) == pytest.approx(0, abs=1e-12)
    below = nudged(NONE, 0.95, -1)
    by = LAST_DIGITS * NONE.std(ddof=1) / np.sqrt(10)
    assert below.mean() == pytest.approx(NONE.mean() + by)


def test_verdicts_are_those_of_compare() -> None:
    rng = np.random.default_rng(0)
    family = [pair(rng.normal(mean, 0.003, 10)) for mean in (0, 0.002, 0.005, -0.01)]
    full = [compare(one.cell, one.other, True, len(family), 0.005) for one in family]
    expected = [
        verdict(one, p_holm, True, p_equal)
        for one, (p_holm, p_equal) in zip(full, holm_of_family(full), strict=True)
    ]
    assert verdicts_of(family, True, 0.005) == expected


@settings(max_examples=40)
@given(st.integers(0, 2**31), st.integers(5, 12), st.integers(1, 5))
def test_firmness_knows_no_order_of_cells_or_seeds_and_no_direction(
    seed: int, seeds: int, cells: int
) -> None:
    rng = np.random.default_rng(seed)
    none = rng.normal(0.9, 0.01, seeds)
    numbers = np.arange(seeds)
    family = [Pair(numbers, none + rng.normal(0.003, 0.004, seeds), none) for _ in range(cells)]
    found = firm(family, True, 0.005)
    assert firm(family[::-1], True, 0.005) == found[::-1]
    order = rng.permutation(seeds)
    shuffled = [Pair(one.seeds[order], one.cell[order], one.other[order]) for one in family]
    assert firm(shuffled, True, 0.005) == found
    turned = [Pair(one.seeds, one.other, one.cell) for one in family]
    assert firm(turned, True, 0.005) == found


def test_every_seed_is_left_out_once_and_both_ways_are_nudged() -> None:
    family = [pair(WIGGLE), pair(WIGGLE[:6])]
    found = list(repeats(family))
    assert len(found) == 10 + 2
    assert [len(one[0].seeds) for one in found] == [9] * 10 + [10] * 2
    assert [len(one[1].seeds) for one in found] == [5] * 6 + [6] * 6


def test_what_another_processors_digits_turned_on_mnist_is_on_the_edge() -> None:
    """L1 against none in ten seeds, p .001: corrected over 33 claims .033, below the level.

    Trained again on another processor, every accuracy moved by less than .01 points and the
    corrected p was .078.
    """
    differences = np.array([-1.7, -0.2, -1.4, -0.5, -1.3, -0.05, -0.9, -1.4, -0.25, -0.8]) / 1000
    others = [pair(20 * WIGGLE[::-1] + index / 1e5) for index in range(32)]
    family = [pair(differences), *others]
    p = paired_t_p(differences)
    assert 33 * p < 0.05
    assert 33 * p > 0.02
    assert holm([p, *([0.5] * 32)])[0] == pytest.approx(33 * p)
    assert verdicts_of(family)[0] == "worse"
    assert firm(family)[0] is False


def test_firm_verdicts_outlast_a_replicate_more_often_than_those_on_the_edge() -> None:
    """New seeds of the same cells: verdicts that are firm flip far less often."""
    rng = np.random.default_rng(0)
    flipped: dict[bool, list[bool]] = {True: [], False: []}
    for _ in range(60):
        effects = rng.choice([0.0, 0.002, 0.004, 0.008, 0.02], size=4)
        given = _drawn(rng, effects)
        again = verdicts_of(_drawn(rng, effects), True, 0.005)
        stays = firm(given, True, 0.005)
        for word, other, kept in zip(verdicts_of(given, True, 0.005), again, stays, strict=True):
            assert kept is not None
            flipped[kept].append(word != other)
    firm_share, edge_share = (np.mean(flipped[kind]) for kind in (True, False))
    assert len(flipped[False]) > 50
    assert firm_share < 0.25
    assert edge_share > 0.4
    # Last digits alone, a third of a standard error at random, turn hardly any firm one.
    assert firm_share < edge_share / 2


def test_firm_verdicts_do_not_flip_by_last_digits() -> None:
    rng = np.random.default_rng(1)
    flips = {True: [0, 0], False: [0, 0]}
    for _ in range(75):
        given = _drawn(rng, rng.choice([0.0, 0.002, 0.004, 0.008, 0.02], size=4))
        again = [Pair(one.seeds, one.cell + _shift(rng, one), one.other) for one in given]
        words = verdicts_of(given, True, 0.005), verdicts_of(again, True, 0.005)
        for before, after, kept in zip(*words, firm(given, True, 0.005), strict=True):
            assert kept is not None
            flips[kept][0] += before != after
            flips[kept][1] += 1
    assert flips[True][0] <= 0.002 * flips[True][1]
    assert flips[False][0] >= 0.1 * flips[False][1]


def _shift(rng: np.random.Generator, one: Pair) -> float:
    error = np.std(one.cell - one.other, ddof=1) / np.sqrt(len(one.seeds))
    return float(rng.uniform(-1, 1) * LAST_DIGITS_OF_A_DIFFERENCE * error)


def _drawn(rng: np.random.Generator, effects: np.ndarray) -> list[Pair]:
    none = rng.normal(0.9, 0.005, 10)
    return [Pair(SEEDS, none + rng.normal(effect, 0.004, 10), none) for effect in effects]
