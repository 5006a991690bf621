"""How methods stand over many data sets, from the advice for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from regscope.advice.lost import lost, without_room
from regscope.advice.ranks import critical_difference, friedman_p, mean_ranks
from regscope.advice.signs import Signs, signs
from regscope.measures import catalog
from regscope.statistics import EQUAL, UNDECIDED, holm
from regscope.study.params import BASELINE

LEVEL = 0.05
FEWEST = 3
"""How many data sets a ranking needs."""


@dataclass(frozen=True)
class Standing:
    """A method against none over data sets, each at its best.

    `verdicts`: of every data set that has the method, what holds for other examples, too. `ahead`:
    in how many of them its mean on test is the higher, equal ones half, and one that diverged not;
    `chance` is the 95 % interval (Clopper and Pearson 1934) of the probability that it is so on
    another data set, if these are a fair draw of such. `rank`: its mean rank, from 1, among the
    methods that all data sets have, and `p_holm` that of the sign test that it is ahead as often as
    not, corrected for all of these; None of others.
    """

    method: str
    verdicts: Mapping[str, str]
    ahead: float
    chance: tuple[float, float]
    p_holm: float | None
    rank: float | None

    @property
    def studies(self) -> int:
        return len(self.verdicts)

    def counted(self, verdict: str) -> int:
        return list(self.verdicts.values()).count(verdict)


@dataclass(frozen=True)
class Ranking:
    """`standings` with the best mean rank first, none among them; `ranked` methods have one.

    `scores` are those of the ranked methods by study, more being better. `shows`: whether so many
    data sets could show that a method is ahead more often than not.
    """

    studies: tuple[str, ...]
    standings: tuple[Standing, ...]
    scores: tuple[tuple[float, ...], ...]
    shows: bool

    @property
    def ranked(self) -> int:
        return len(self.scores[0])

    @cached_property
    def p(self) -> float:
        """Of Friedman's test (1937) that all of these do alike; 1 where they are everywhere."""
        return friedman_p(self.scores)

    @cached_property
    def critical(self) -> float:
        """Two whose mean ranks differ by less cannot be told apart (Nemenyi 1963; Demšar 2006)."""
        return critical_difference(self.ranked, len(self.studies), LEVEL)


def held(data: Mapping[str, Any], arm: Mapping[str, Any]) -> str:
    """The verdict on an arm where it is known to hold for other examples, and beside a guess, too;
    of any other `undecided`."""
    verdict: str = arm["verdict"]
    if verdict == EQUAL:
        return verdict
    elsewhere = arm.get("holds", not data["shared_test"])
    guessed = verdict == "better" and not arm["beats_guess"]
    return verdict if elsewhere and not guessed else UNDECIDED


def ranking(found: Mapping[str, Mapping[str, Any]]) -> Ranking | None:
    """Over the advice for each of these studies; None of fewer than FEWEST, or where fewer than
    FEWEST methods, none among them, are in all of them.

    Without advice whose minutes had no room for some methods: those would be missing where they do
    badly."""
    found = whole(found)
    if len(found) < FEWEST:
        return None
    scores = {name: scores_of(data) for name, data in found.items()}
    methods = list(dict.fromkeys(method for own in scores.values() for method in own))
    common = [method for method in methods if all(method in own for own in scores.values())]
    if len(common) < FEWEST:
        return None
    values = tuple(tuple(own[method] for method in common) for own in scores.values())
    mean_rank = dict(zip(common, mean_ranks(values), strict=True))
    verdicts = {
        method: {
            name: verdict
            for name, data in found.items()
            for arm, verdict in _verdicts(data)
            if arm == method
        }
        for method in methods
    }
    ahead = {method: _ahead(method, scores.values()) for method in methods if method != BASELINE}
    judged = [method for method in common if method != BASELINE]
    p_values = dict(zip(judged, holm([ahead[one].p_value for one in judged]), strict=True))
    smallest = len(judged) * ahead[judged[0]].smallest_p
    standings = [
        Standing(
            method,
            verdicts[method],
            ahead[method].ahead if method in ahead else 0.0,
            ahead[method].chance if method in ahead else (0.0, 1.0),
            p_values.get(method),
            mean_rank.get(method),
        )
        for method in methods
    ]
    return Ranking(
        tuple(found),
        tuple(sorted(standings, key=lambda one: (one.rank is None, one.rank or 0.0))),
        values,
        smallest < LEVEL,
    )


def whole(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The advice in which every method that fits came to its end."""
    return {name: data for name, data in found.items() if not without_room(data["unfit"])}


def scores_of(data: Mapping[str, Any]) -> dict[str, float]:
    """Of every arm the mean on test, where more is better; the worst of one that diverged."""
    sign = catalog.named(data["measure"]).sign
    return {
        **{arm["arm"]: sign * arm["test"] for arm in data["arms"]},
        **dict.fromkeys(lost(data["unfit"]), -np.inf),
    }


def _verdicts(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for arm in data["arms"]:
        if arm["arm"] != BASELINE:
            yield arm["arm"], held(data, arm)
    for arm in lost(data["unfit"]):
        yield arm, "worse"


def _ahead(method: str, scores: Iterable[Mapping[str, float]]) -> Signs:
    """Of none, in the studies that have the method."""
    compared = [(own[method], own[BASELINE]) for own in scores if method in own]
    own, none = np.array(compared).T
    return signs(own, none)
