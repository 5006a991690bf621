"""Which setting is chosen, by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regscope.advice.arms import Setting
from regscope.advice.choice import Candidate, candidates_of, choose

BASE = np.array([0.80, 0.90, 0.70, 0.85])


def one(added: object, methods: int = 1, epochs: int = 10, rate: float = 0.1) -> Candidate:
    names = ("dropout", "l1", "l2")[:methods]
    setting = Setting(rate, epochs, tuple((name, 0.1) for name in names))
    return Candidate(setting, BASE + np.asarray(added, dtype=float))


def test_the_best_mean_where_all_are_as_simple() -> None:
    best = one(0.02, epochs=20)
    assert choose([one(0.0), best, one(0.01, epochs=5)]) is best


def test_fewer_methods_within_one_standard_error_come_first() -> None:
    """Differences of .00, .04, .00, .04: their mean .02, standard error .0115."""
    mixed = one([0.00, 0.04, 0.00, 0.04], methods=3)
    assert choose([mixed, one(0.0)]) is mixed
    near = one([0.00, 0.04, -0.02, 0.04])
    # Behind by .005 on average, standard error .005.
    assert choose([mixed, near]) is near


def test_the_error_is_that_of_paired_differences() -> None:
    """Means alone have one of .043: the simpler one would be within it."""
    mixed, simple = one(0.02, methods=2), one(0.0)
    assert float(BASE.std(ddof=1)) / 2 > 0.02
    assert choose([mixed, simple]) is mixed


def test_of_equal_means_the_shorter_training_and_then_the_smaller_rate() -> None:
    shorter = one(0.0, epochs=5)
    assert choose([one(0.0), shorter]) is shorter
    slower = one(0.0, rate=0.05)
    assert choose([one(0.0), slower]) is slower


def test_lengths_at_which_a_seed_has_no_score_are_no_candidates() -> None:
    scores = np.array([[0.5, 0.6], [0.7, np.nan]])
    found = candidates_of(Setting(0.1, 8), (4, 8), scores)
    assert [candidate.setting.epochs for candidate in found] == [4]


@given(st.lists(st.tuples(st.integers(1, 3), st.lists(st.floats(0, 1), min_size=4, max_size=4)),
                min_size=1, max_size=6))  # fmt: skip
def test_the_choice_does_not_depend_on_the_order(drawn: list[tuple[int, list[float]]]) -> None:
    every = [
        Candidate(
            Setting(0.1, 5 + place, tuple((name, 0.1) for name in ("l1", "l2", "ema")[:count])),
            np.array(scores),
        )
        for place, (count, scores) in enumerate(drawn)
    ]
    assert choose(every).setting == choose(every[::-1]).setting
