"""What a finite test set adds to the spread of seeds."""

from __future__ import annotations

import math


def test_set_error(accuracy: float, examples: int) -> float:
    """The standard error that a finite test set alone gives an accuracy, `sqrt(p(1-p)/n)`."""
    return math.sqrt(accuracy * (1 - accuracy) / examples)


def combined_error(deviation: float, accuracy: float, examples: int, seeds: int = 1) -> float:
    """The standard error of an unpaired accuracy when seeds and test examples are drawn anew.

    `sqrt(s**2 / seeds + p(1-p) / examples)`, for the mean of `seeds` runs on the same examples;
    `deviation` s is the standard deviation over seeds. It is an upper bound: `p(1-p)` holds where
    all seeds err on the same examples, and s holds some of the test set's error already. Paired
    differences, whose cells share their examples, have `new_data.shared_error`.
    """
    return math.hypot(deviation / math.sqrt(seeds), test_set_error(accuracy, examples))
