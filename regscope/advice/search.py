"""The search: every arm tries as many settings, and what looks good is looked at closer.

Successive halving (Jamieson and Talwalkar 2016) in what a trial costs, epochs and seeds: every
setting trains one network; the best of an arm train several, for longer too; the best of these
more. Nothing here sees a test example.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np

from regscope.advice.arms import Arm, Setting
from regscope.advice.found import Found
from regscope.advice.protocol import (
    CLOSER,
    CLOSER_SEEDS,
    FIRST_SEEDS,
    GENERATIONS,
    LAST,
    LAST_SEEDS,
    LEAST_CLOSER,
    SPREAD,
)
from regscope.advice.sampling import Sampler
from regscope.study.params import BASELINE

EVERY = 1_000_000
"""More settings than none has."""

Train = Callable[[Sequence[Setting], range], None]
"""Has settings trained with these seeds."""


@dataclass(frozen=True)
class Searched:
    """What became of an arm: how many settings were `tried`, and those that may be chosen, each
    with LAST_SEEDS networks."""

    arm: Arm
    tried: int
    finalists: tuple[Setting, ...]


class Search:
    """Arms side by side. The same seed, and the same number of trials, give the same."""

    def __init__(self, arms: Sequence[Arm], found: Found, train: Train, seed: int) -> None:
        self.arms = list(arms)
        self.found = found
        self.train = train
        self._samplers = {arm.name: Sampler(arm, seed) for arm in arms}
        self._tried: dict[str, list[Setting]] = {arm.name: [] for arm in arms}
        self.trials = 0

    def generation(self, most: int | None = None) -> int:
        """Try some more settings of every arm, until there are `most`; how many more at most, 0
        where no arm has any left."""
        count = next_generation(self.trials)
        if most is not None:
            # Those that are spread evenly wait for no answer: together they train faster.
            count = min(max(count, SPREAD - self.trials), most - self.trials)
        asked = {arm.name: self._samplers[arm.name].ask(count) for arm in self.arms}
        if not self.trials and BASELINE in asked:
            # All that it has: what others are held against is to be at its best.
            asked[BASELINE] += self._samplers[BASELINE].ask(EVERY)
        seeds = range(FIRST_SEEDS)
        self.train([setting for own in asked.values() for setting in own], seeds)
        for name, own in asked.items():
            for setting in own:
                self._samplers[name].tell(setting, value(self.found, setting, seeds))
            self._tried[name] += own
        if any(asked.values()):
            self.trials += count
            return count
        return 0

    def behind(self, most: int) -> list[str]:
        """Which arms to leave where so many are gone on with: those whose best setting so far has
        the least value, of equal ones the most loss. None stays."""
        seeds = range(FIRST_SEEDS)

        def rank(arm: Arm) -> tuple[float, float]:
            return min(_rank(self.found, one, seeds) for one in self._tried[arm.name])

        others = [arm for arm in self.arms if arm.name != BASELINE]
        ranked = sorted(others, key=rank)
        return [arm.name for arm in ranked[most - 1 :]]

    def leave(self, names: Collection[str]) -> None:
        """Go on without these arms."""
        self.arms = [arm for arm in self.arms if arm.name not in names]

    def closer(self) -> list[Searched]:
        """Look closer at the best settings of every arm, and then at the best of these."""
        kept = {
            arm.name: [
                arm.closer(setting)
                for setting in best(self.found, own, range(FIRST_SEEDS), closer_of(len(own)))
            ]
            for arm in self.arms
            if (own := self._tried[arm.name])
        }
        self._train(kept, range(CLOSER_SEEDS))
        last = {
            name: best(self.found, own, range(CLOSER_SEEDS), LAST) for name, own in kept.items()
        }
        self._train(last, range(LAST_SEEDS))
        return [
            Searched(arm, len(self._tried[arm.name]), tuple(sorted(last[arm.name])))
            for arm in self.arms
        ]

    def _train(self, settings: Mapping[str, Sequence[Setting]], seeds: range) -> None:
        self.train([setting for own in settings.values() for setting in own], seeds)


def closer_of(trials: int) -> int:
    """How many of so many settings are looked at closer."""
    return max(LEAST_CLOSER, ceil(trials / CLOSER))


def next_generation(trials: int) -> int:
    """How many settings of an arm are tried at a time, where so many were."""
    done = 0
    for count in sizes():
        if done >= trials:
            return count
        done += count
    raise AssertionError


def sizes() -> Iterator[int]:
    yield from GENERATIONS
    while True:
        yield 2 * GENERATIONS[-1]


def value(found: Found, setting: Setting, seeds: range) -> float:
    """The best mean score over these seeds, of all epochs at which it was read off; nan where no
    network has a score there."""
    means = found.scores(setting, seeds).mean(1)
    finite = means[np.isfinite(means)]
    return float(finite.max()) if len(finite) else float("nan")


def best(found: Found, settings: Sequence[Setting], seeds: range, most: int) -> list[Setting]:
    """So many of the settings at most: those with the best values, of equal ones those with less
    loss. Settings that cannot be trained are none of them, unless all are."""
    ranked = sorted(settings, key=lambda setting: (*_rank(found, setting, seeds), setting))
    fine = [one for one in ranked if isfinite(value(found, one, seeds))] or ranked[:1]
    return fine[:most]


def _rank(found: Found, setting: Setting, seeds: range) -> tuple[float, float]:
    means, losses = (of(setting, seeds).mean(1) for of in (found.scores, found.losses))
    known = [
        (-round(float(mean), 9), float(loss))
        for mean, loss in zip(means, losses, strict=True)
        if isfinite(mean) and isfinite(loss)
    ]
    return min(known, default=(float("inf"), float("inf")))


def networks_to_come(arms: int, trials: int) -> tuple[int, int]:
    """How many networks an arm looks closer at after so many trials: of CLOSER_SEEDS, and further
    ones of LAST_SEEDS. Of all `arms`."""
    closer = min(trials, closer_of(trials))
    last = min(closer, LAST)
    return arms * closer * CLOSER_SEEDS, arms * last * (LAST_SEEDS - CLOSER_SEEDS)
