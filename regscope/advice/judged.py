"""What was chosen, trained anew with fresh seeds and judged on examples that no search has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from regscope.advice.arms import Setting, read_off
from regscope.advice.choice import Candidate, candidates_of, choose
from regscope.advice.found import Found
from regscope.advice.protocol import LAST_SEEDS
from regscope.advice.search import Searched
from regscope.base.errors import RegscopeError
from regscope.results.compared import ACCURACIES
from regscope.results.guessed import above
from regscope.statistics import (
    Interval,
    Pair,
    compare_family,
    for_new_data,
    paired_differences,
    shared_error,
)
from regscope.study.evaluation import PRIMARIES
from regscope.study.params import BASELINE, Study


@dataclass(frozen=True)
class Chosen:
    """An arm's choice: of how many settings that were tried, and its scores on validation, by
    seed."""

    arm: str
    tried: int
    choice: Candidate

    @property
    def setting(self) -> Setting:
        return self.choice.setting


@dataclass(frozen=True)
class Judged:
    """A choice on test: its score by fresh seed `[S]`, and what was found beside none at its best.

    `row` is that of `compare_family`, empty for none itself; `beats_guess` whether it is better
    than the best constant guess. `new_data` is the interval of the difference that holds for other
    test examples, too; None where single answers are not known.
    """

    chosen: Chosen
    test: np.ndarray
    row: Mapping[str, Any]
    beats_guess: bool
    new_data: Interval | None

    @property
    def arm(self) -> str:
        return self.chosen.arm

    @property
    def better(self) -> bool:
        """Than none at its best, and than the constant guess."""
        return self.row.get("verdict") == "better" and self.beats_guess


def chosen_of(study: Study, found: Found, searched: Sequence[Searched]) -> list[Chosen]:
    """What every arm that can be trained has chosen.

    Raises RegscopeError where none cannot be.
    """
    chosen = []
    seeds = range(LAST_SEEDS)
    for one in searched:
        every = [
            candidate
            for setting in one.finalists
            for candidate in candidates_of(
                setting, read_off(study, setting), found.scores(setting, seeds)
            )
        ]
        if every:
            chosen.append(Chosen(one.arm.name, one.tried, choose(every)))
        elif one.arm.name == BASELINE:
            raise RegscopeError(
                "every trial of none diverged: try a smaller training.learning_rate (now"
                f" {study.training.learning_rate:g})"
            )
    return chosen


def judged(
    study: Study,
    found: Found,
    chosen: Sequence[Chosen],
    seeds: Sequence[int],
    guess: np.ndarray,
    shared: bool,
) -> tuple[list[Judged], dict[str, str]]:
    """Every choice against none's, seed by seed, corrected over all, none first; and of arms that
    fresh seeds cannot be trained with, why they are out.

    `guess` `[S]` is the constant guess's score; `shared` says whether all seeds have the same test
    examples. Raises RegscopeError where none is out.
    """
    measure = PRIMARIES[study.primary]
    lost = {
        one.arm: "its choice diverges with fresh seeds, at a learning rate of"
        f" {one.setting.learning_rate:g}"
        for one in chosen
        if not np.isfinite(found.scores(one.setting, seeds)[-1]).all()
    }
    if BASELINE in lost:
        raise RegscopeError(f"{BASELINE}: {lost[BASELINE]}: try a smaller training.learning_rate")
    chosen = [one for one in chosen if one.arm not in lost]
    scores = {one.arm: found.scores(one.setting, seeds)[-1] for one in chosen}
    others = [one for one in chosen if one.arm != BASELINE]
    pairs = [Pair(np.array(seeds), scores[one.arm], scores[BASELINE]) for one in others]
    matters = study.evaluation.matters if measure in ACCURACIES else None
    rows = dict(zip([one.arm for one in others], compare_family(pairs, True, matters), strict=True))
    rights = {one.arm: _rights(found, one.setting, seeds) if shared else None for one in chosen}
    found_of = [
        Judged(
            one,
            scores[one.arm],
            rows.get(one.arm, {}),
            above(paired_differences(scores[one.arm], guess)),
            _new_data(rows.get(one.arm), measure, rights[one.arm], rights[BASELINE]),
        )
        for one in sorted(chosen, key=lambda one: one.arm != BASELINE)
    ]
    return found_of, lost


def advised(found: Sequence[Judged]) -> Judged:
    """What to use: of those that are better than none the simplest that validation cannot tell from
    the best, else none.

    Test says which are better; validation, which of these. So its size on test is of a choice that
    was not made there, but that it is better.
    """
    better = [one for one in found if one.better]
    if not better:
        return next(one for one in found if one.arm == BASELINE)
    choice = choose([one.chosen.choice for one in better])
    return next(one for one in better if one.chosen.choice is choice)


def _rights(found: Found, setting: Setting, seeds: Sequence[int]) -> np.ndarray | None:
    """`[S, n]`."""
    own = [found.networks[setting, seed].right for seed in seeds]
    known = [right for right in own if right is not None]
    return np.array(known) if len(known) == len(own) else None


def _new_data(
    row: Mapping[str, Any] | None,
    measure: str,
    own: np.ndarray | None,
    other: np.ndarray | None,
) -> Interval | None:
    if row is None or own is None or other is None or measure != "test_accuracy":
        return None
    if own.shape != other.shape:
        return None
    interval = Interval(row["difference"], row["low"], row["high"])
    return for_new_data(interval, shared_error(own.astype(float) - other))
