from __future__ import annotations

import math

import numpy as np
import pytest

from regscope.statistics import overlap_share, overlap_widening

TRAIN = 10


def seeds_of(
    generator: np.random.Generator, pool: np.ndarray, seeds: int, noise: float = 0.1
) -> np.ndarray:
    """Differences `[seeds]` of seeds that split the pool `[N, 2]`: what the TRAIN examples of the
    training set do to the difference, what those of the test set do to it, and the seed's own."""
    found = []
    for _ in range(seeds):
        order = generator.permutation(len(pool))
        train, test = pool[order[:TRAIN], 0], pool[order[TRAIN:], 1]
        found.append(train.sum() + test.mean() + generator.normal(0, noise))
    return np.array(found)


def new_pool(generator: np.random.Generator, examples: int) -> np.ndarray:
    return generator.normal(0, [0.05, 1.0], (examples, 2))


def test_halving_tells_what_new_pools_would() -> None:
    """For parts that add up the bound is no larger than it must be."""
    generator = np.random.default_rng(0)
    shares = []
    for _ in range(30):
        pool = new_pool(generator, 60)
        halves = []
        for _ in range(20):
            order = generator.permutation(60).reshape(2, 30)
            halves.append([seeds_of(generator, pool[half], 3) for half in order])
        whole = seeds_of(generator, pool, 40)
        shares.append(overlap_share(np.array(halves), whole, (30, 60)))
    pools = np.array([seeds_of(generator, new_pool(generator, 60), 8) for _ in range(1500)])
    within = pools.var(axis=1, ddof=1).mean()
    covariance = pools.mean(axis=1).var(ddof=1) - within / 8
    assert np.mean(shares) == pytest.approx(covariance / within, rel=0.2)
    # The naive error, made so much wider, is that of the means of new pools.
    wider = overlap_widening(covariance / within, 8) * math.sqrt(within / 8)
    assert wider == pytest.approx(pools.mean(axis=1).std(ddof=1))


def test_by_hand() -> None:
    """Means 3 and 1 of halves: 2; of seeds that vary by 2 the halves explain 2 - 2/2. Of half the
    examples that is 1/2, beside 4 of the whole."""
    halves = np.array([[[2.0, 4.0], [0.0, 2.0]]])
    assert overlap_share(halves, np.array([0.0, 2.0, 4.0]), (50, 100)) == pytest.approx(1 / 8)


def test_halves_that_differ_no_more_than_their_seeds_share_nothing() -> None:
    halves = np.array([[[2.0, 4.0], [2.5, 3.5]]])
    assert overlap_share(halves, np.array([0.0, 2.0]), (50, 100)) == 0
    assert overlap_widening(0.0, 10) == 1


def test_of_nadeau_and_bengio_it_is_the_correction() -> None:
    """Theirs for a variance is `1/n + test/train` over `1/n`: 1,397 and 400 examples, 10 seeds."""
    assert overlap_widening(1397 / 400, 10) == pytest.approx(
        math.sqrt((1 / 10 + 1397 / 400) / (1 / 10))
    )
    assert overlap_widening(1397 / 400, 10) == pytest.approx(6.0, abs=0.02)
