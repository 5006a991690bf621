"""What was chosen, trained anew with fresh seeds and judged on examples that no search has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from regscope.advice.arms import Setting, read_off
from regscope.advice.choice import Candidate, candidates_of, choose
from regscope.advice.found import Found
from regscope.advice.lost import DIVERGES, UNTRAINED
from regscope.advice.protocol import LAST_SEEDS
from regscope.advice.search import Searched
from regscope.base.errors import RegscopeError
from regscope.results.compared import ACCURACIES
from regscope.results.guessed import above
from regscope.statistics import (
    SIGNIFICANCE,
    Interval,
    Pair,
    compare_family,
    for_new_data,
    holm,
    mean_interval,
    new_data_p,
    paired_differences,
    shared_error,
)
from regscope.study.evaluation import PRIMARIES
from regscope.study.params import BASELINE, Study


@dataclass(frozen=True)
class Chosen:
    """An arm's choice: of how many settings that were tried, and its scores on validation, by
    seed. `ends` says which of its numbers are the largest or the smallest that were tried."""

    arm: str
    tried: int
    choice: Candidate
    ends: tuple[str, ...] = ()

    @property
    def setting(self) -> Setting:
        return self.choice.setting


@dataclass(frozen=True)
class NewData:
    """The interval of a difference for other seeds and other test examples, and the p of it,
    corrected by Holm's method over all arms."""

    interval: Interval
    p_holm: float

    @property
    def holds(self) -> bool:
        """Whether there is a difference then, too."""
        low, high = self.interval.low, self.interval.high
        return self.p_holm < SIGNIFICANCE and not low <= 0 <= high


@dataclass(frozen=True)
class Part:
    """One method of a cocktail: the cocktail's test score minus that without it, as `row` of
    `compare_family` over all parts."""

    method: str
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Judged:
    """A choice on test: its score by fresh seed `[S]`, and what was found beside none at its best.

    `row` is that of `compare_family`, empty for none itself; `beats_guess` whether it is better
    than the best constant guess. `new_data` says what holds for other test examples, too; None
    where that is not known.
    """

    chosen: Chosen
    test: np.ndarray
    row: Mapping[str, Any]
    beats_guess: bool
    new_data: NewData | None

    @property
    def arm(self) -> str:
        return self.chosen.arm

    @property
    def better(self) -> bool:
        """Than none at its best, for other examples, too, as far as is known; and than the constant
        guess."""
        held = self.new_data is None or self.new_data.holds
        return self.row.get("verdict") == "better" and self.beats_guess and held


def chosen_of(
    study: Study, found: Found, searched: Sequence[Searched]
) -> tuple[list[Chosen], dict[str, str]]:
    """What every arm that can be trained has chosen, and why others have nothing to choose.

    Raises RegscopeError where none cannot be trained.
    """
    chosen, lost = [], {}
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
            choice = choose(every)
            ends = tuple(one.arm.ends(choice.setting))
            chosen.append(Chosen(one.arm.name, one.tried, choice, ends))
        elif one.arm.name == BASELINE:
            raise RegscopeError(
                "every trial of none diverged: try a smaller training.learning_rate (now"
                f" {study.training.learning_rate:g})"
            )
        else:
            lost[one.arm.name] = UNTRAINED
    return chosen, lost


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
        one.arm: f"{DIVERGES}, at a learning rate of {one.setting.learning_rate:g}"
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
    # Rows of one group, or of neighbouring times, may err together: no error is known then.
    apart = shared and study.split.by in ("random", "stratified")
    new_data = _new_data(found, others, _named(chosen, BASELINE), seeds) if apart else {}
    verdicts = [
        Judged(
            one,
            scores[one.arm],
            rows.get(one.arm, {}),
            _beats(scores[one.arm], guess),
            new_data.get(one.arm),
        )
        for one in sorted(chosen, key=lambda one: one.arm != BASELINE)
    ]
    return verdicts, lost


def without_each(setting: Setting) -> dict[str, Setting]:
    """The same with one method less, by that method; nothing of fewer than two."""
    if len(setting.methods) < 2:
        return {}
    return {
        name: replace(setting, methods=tuple(pair for pair in setting.methods if pair[0] != name))
        for name in setting.cell
    }


def parts_of(study: Study, found: Found, setting: Setting, seeds: Sequence[int]) -> list[Part]:
    """What each method of a cocktail adds to the others; without those that cannot be trained
    then."""
    whole = found.scores(setting, seeds)[-1]
    rest = {name: found.scores(one, seeds)[-1] for name, one in without_each(setting).items()}
    known = {name: scores for name, scores in rest.items() if np.isfinite(scores).all()}
    matters = study.evaluation.matters if PRIMARIES[study.primary] in ACCURACIES else None
    pairs = [Pair(np.array(seeds), whole, scores) for scores in known.values()]
    return [
        Part(name, row)
        for name, row in zip(known, compare_family(pairs, True, matters), strict=True)
    ]


def _beats(scores: np.ndarray, guess: np.ndarray) -> bool:
    """Whether scores are above the guess's; a guess that is infinitely bad is no matter."""
    known = np.isfinite(guess)
    if not known.any():
        return True
    return above(paired_differences(scores[known], guess[known]))


def _named(chosen: Sequence[Chosen], arm: str) -> Chosen:
    return next(one for one in chosen if one.arm == arm)


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


def _new_data(
    found: Found, others: Sequence[Chosen], none: Chosen, seeds: Sequence[int]
) -> dict[str, NewData]:
    """Of all arms whose single answers are known, as those of none are."""
    other = _points(found, none.setting, seeds)
    known = {one.arm: _points(found, one.setting, seeds) for one in others}
    differences = {
        arm: own - other for arm, own in known.items() if own is not None and other is not None
    }
    errors = {arm: shared_error(own) for arm, own in differences.items()}
    by_seed = {arm: own.mean(axis=1) for arm, own in differences.items()}
    corrected = holm(
        [new_data_p(by_seed[arm], errors[arm], own.shape[1]) for arm, own in differences.items()]
    )
    return {
        arm: NewData(for_new_data(mean_interval(by_seed[arm]), errors[arm]), p_holm)
        for arm, p_holm in zip(differences, corrected, strict=True)
    }


def _points(found: Found, setting: Setting, seeds: Sequence[int]) -> np.ndarray | None:
    """`[S, n]`, float64."""
    own = [found.networks[setting, seed].points for seed in seeds]
    known = [points for points in own if points is not None]
    return np.array(known, dtype=np.float64) if len(known) == len(own) else None
