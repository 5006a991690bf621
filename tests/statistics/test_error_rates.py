"""How often verdicts are wrong, over simulated studies of eight cells against one baseline.

Differences are normal and correlated, since all cells share the baseline. Every bound allows for
the error of the simulation: four standard errors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import scipy.stats

from regscope.statistics import (
    EQUAL,
    UNDECIDED,
    compare,
    equality_power,
    holm_of_family,
    power_of,
    verdict,
)

CELLS, STUDIES = 8, 8_000
MATTERS = 0.005
SEEDS = (5, 10, 20)
DEVIATIONS = (0.002, 0.004)
"""Of the paired differences: what eight cells of ten seeds can judge, and what they cannot."""


@dataclass(frozen=True)
class Shares:
    """Of the cells, `[studies, cells]`: which were called what."""

    better: np.ndarray
    worse: np.ndarray
    equal: np.ndarray
    undecided: np.ndarray

    def any_of(self, called: np.ndarray) -> float:
        """The share of studies with one such cell or more."""
        return float(called.any(axis=1).mean())


def drawn(seeds: int, true: tuple[float, ...], deviation: float, studies: int) -> np.ndarray:
    """Differences `[studies, cells, seeds]`, correlated by a half."""
    generator = np.random.default_rng(seeds)
    own = generator.normal(0, 1, (studies, CELLS, seeds))
    baseline = generator.normal(0, 1, (studies, 1, seeds))
    spread = deviation * (own - baseline) / math.sqrt(2)
    return np.array(true)[:, None] + spread


def stepped_down(p_values: np.ndarray) -> np.ndarray:
    """Holm's correction of every row."""
    order = np.argsort(p_values, axis=1)
    factors = p_values.shape[1] - np.arange(p_values.shape[1])
    steps = np.minimum(1, np.take_along_axis(p_values, order, axis=1) * factors)
    corrected = np.empty_like(p_values)
    np.put_along_axis(corrected, order, np.maximum.accumulate(steps, axis=1), axis=1)
    return corrected


@cache
def judged(seeds: int, true: tuple[float, ...], deviation: float = 0.002) -> Shares:
    """All at once, with scipy's distributions and none of our code."""
    differences = drawn(seeds, true, deviation, STUDIES)
    mean, error = differences.mean(axis=2), scipy.stats.sem(differences, axis=2)
    t = scipy.stats.t(seeds - 1)
    reach = t.ppf(0.975) * error
    p_holm = stepped_down(2 * t.sf(np.abs(mean) / error))
    p_equal_holm = stepped_down(t.sf((MATTERS - np.abs(mean)) / error))
    equal = (np.abs(mean) + reach < MATTERS) & (p_equal_holm < 0.05)
    apart = ~equal & (np.abs(mean) > reach) & (p_holm < 0.05)
    return Shares(apart & (mean > 0), apart & (mean < 0), equal, ~equal & ~apart)


def at_most(bound: float) -> float:
    return bound + 4 * math.sqrt(bound * (1 - bound) / STUDIES)


NONE = (0.0,) * CELLS
EDGE = (MATTERS, -MATTERS) * (CELLS // 2)
MIXED = (0.0, 0.0, 0.0, MATTERS, -MATTERS, 0.004, -0.02, 0.02)


@pytest.mark.parametrize("seeds", SEEDS)
def test_the_simulation_is_what_the_package_says(seeds: int) -> None:
    # All flips of 20 signs take a tenth of a second.
    studies = 40 if seeds < 20 else 3
    found = judged(seeds, MIXED)
    for study, cells in enumerate(drawn(seeds, MIXED, 0.002, STUDIES)[:studies]):
        family = [compare(cell, np.zeros(seeds), True, CELLS, MATTERS) for cell in cells]
        given = [
            verdict(one, p, True, p_equal)
            for one, (p, p_equal) in zip(family, holm_of_family(family), strict=True)
        ]
        for name, word in (("better",) * 2, ("worse",) * 2, ("equal", EQUAL), (UNDECIDED,) * 2):
            assert list(getattr(found, name)[study]) == [one == word for one in given]


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("deviation", DEVIATIONS)
@pytest.mark.parametrize("true", [NONE, MIXED])
def test_no_difference_is_seldom_called_one(
    seeds: int, deviation: float, true: tuple[float, ...]
) -> None:
    """Better or worse, of any cell without a true difference: in at most 5 % of studies."""
    found = judged(seeds, true, deviation)
    without = np.array(true) == 0
    assert found.any_of((found.better | found.worse)[:, without]) <= at_most(0.05)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("deviation", DEVIATIONS)
@pytest.mark.parametrize("true", [EDGE, MIXED])
def test_a_difference_that_matters_is_seldom_called_none(
    seeds: int, deviation: float, true: tuple[float, ...]
) -> None:
    """Of any cell whose true difference is just as large as matters, or larger."""
    found = judged(seeds, true, deviation)
    matters = np.abs(true) >= MATTERS
    assert found.any_of(found.equal[:, matters]) <= at_most(0.05)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("deviation", DEVIATIONS)
def test_the_wrong_direction_is_seldom_called(seeds: int, deviation: float) -> None:
    found = judged(seeds, EDGE, deviation)
    up = np.array(EDGE) > 0
    wrong = np.concatenate([found.worse[:, up], found.better[:, ~up]], axis=1)
    assert found.any_of(wrong) <= at_most(0.025)


def test_power_rises_with_seeds() -> None:
    """Of every answer; and what nobody can decide yet becomes less."""
    large, none = (0.006,) * CELLS, NONE
    better = [float(judged(seeds, large, 0.004).better.mean()) for seeds in SEEDS]
    equal = [float(judged(seeds, none, 0.004).equal.mean()) for seeds in SEEDS]
    undecided = [float(judged(seeds, none, 0.004).undecided.mean()) for seeds in SEEDS]
    assert better == sorted(better)
    assert equal == sorted(equal)
    assert undecided == sorted(undecided, reverse=True)
    assert better[0] < 0.5 < 0.95 < better[-1]
    assert equal[0] < 0.5 < 0.95 < equal[-1]


@pytest.mark.parametrize("seeds", SEEDS)
def test_power_is_at_least_that_of_holms_first_step(seeds: int) -> None:
    """What is planned with is a lower bound: later steps ask for less."""
    large = (0.006,) * CELLS
    slack = 4 * math.sqrt(0.25 / STUDIES)
    apart = judged(seeds, large, 0.004)
    assert apart.better.mean() >= power_of(seeds, 0.006 / 0.004, CELLS) - slack
    equal = judged(seeds, NONE).equal.mean()
    assert equal >= equality_power(seeds, 0, MATTERS / 0.002, CELLS) - slack
