from __future__ import annotations

import numpy as np
import pytest

from regscope import statistics


def test_the_test_sets_error_is_the_binomial_one() -> None:
    """Of 0.9 on 100 examples: 0.03."""
    assert statistics.test_set_error(0.9, 100) == pytest.approx(0.03)
    assert statistics.test_set_error(1.0, 100) == 0


def test_the_combined_error_adds_squares() -> None:
    """0.03 of the examples and 0.04 of one seed; of four seeds half of that."""
    assert statistics.combined_error(0.04, 0.9, 100) == pytest.approx(0.05)
    assert statistics.combined_error(0.08, 0.9, 100, seeds=4) == pytest.approx(0.05)
    assert statistics.combined_error(0, 0.9, 100) == statistics.test_set_error(0.9, 100)


@pytest.mark.parametrize("seeds", [1, 5])
def test_the_combined_error_is_that_of_new_seeds_on_new_examples(seeds: int) -> None:
    """Simulated: every seed has its own true accuracy and errs on the hardest examples, which are
    the same for all; the test set is drawn anew each time."""
    generator = np.random.default_rng(seeds)
    true = generator.normal(0.93, 0.01, (4000, seeds, 1))
    difficulty = generator.uniform(0, 1, (4000, 1, 400))
    measured = (difficulty < true).mean(axis=(1, 2))
    expected = statistics.combined_error(0.01, 0.93, 400, seeds)
    assert measured.std() == pytest.approx(expected, rel=0.05)
    assert measured.std() > 1.1 * 0.01 / np.sqrt(seeds)
