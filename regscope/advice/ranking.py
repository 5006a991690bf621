"""How methods stand over many data sets, from the advice for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from regscope.advice.protocol import COCKTAIL
from regscope.measures import catalog
from regscope.statistics import EQUAL, UNDECIDED, holm, probability_interval
from regscope.study.params import BASELINE

LEVEL = 0.05
FEWEST = 3
"""How many data sets a ranking needs."""


@dataclass(frozen=True)
class Standing:
    """A method against none over data sets, each at its best.

    `verdicts`: of every data set that has the method, what holds for other examples, too. `ahead`:
    in how many of them its mean on test is the higher, equal ones half; `chance` is the 95 %
    interval (Clopper and Pearson 1934) of the probability that it is so on another data set, if
    these are a fair draw of such, and `p_holm` that of the sign test that it is a half, corrected
    for all methods. `rank`: its mean rank, from 1, among the methods that all data sets have; None
    of others.
    """

    method: str
    verdicts: Mapping[str, str]
    ahead: float
    chance: tuple[float, float]
    p_holm: float
    rank: float | None

    def counted(self, verdict: str) -> int:
        return list(self.verdicts.values()).count(verdict)


@dataclass(frozen=True)
class Ranking:
    """`standings` with the best mean rank first, none among them; `ranked` methods have one.

    `p` is that of Friedman's test that all of these do alike (Friedman 1937), and two whose mean
    ranks differ by less than `critical` cannot be told apart (Nemenyi 1963; Demšar 2006).
    """

    studies: tuple[str, ...]
    standings: tuple[Standing, ...]
    ranked: int
    p: float
    critical: float


def held(arm: Mapping[str, Any]) -> str:
    """The verdict on an arm where it holds for other examples and beside a guess, too; of any
    other `undecided`."""
    verdict: str = arm["verdict"]
    if verdict == EQUAL:
        return verdict
    if not arm.get("holds", True) or (verdict == "better" and not arm["beats_guess"]):
        return UNDECIDED
    return verdict


def ranking(found: Mapping[str, Mapping[str, Any]]) -> Ranking | None:
    """Over the advice for each of these studies; None of fewer than FEWEST."""
    if len(found) < FEWEST:
        return None
    scores = {name: _scores(data) for name, data in found.items()}
    methods = list(dict.fromkeys(method for own in scores.values() for method in own))
    common = [method for method in methods if all(method in own for own in scores.values())]
    ranks, p = _ranks([[own[method] for method in common] for own in scores.values()])
    mean_rank = dict(zip(common, ranks, strict=True))
    verdicts = {
        method: {
            name: held(arm)
            for name, data in found.items()
            for arm in data["arms"]
            if arm["arm"] == method != BASELINE
        }
        for method in methods
    }
    ahead = {method: _ahead(method, scores.values()) for method in methods if method != BASELINE}
    p_values = dict(
        zip(
            ahead,
            holm([_sign_p(*ahead[method]) for method in ahead]),
            strict=True,
        )
    )
    standings = [
        Standing(
            method,
            verdicts[method],
            ahead[method][0] if method in ahead else 0.0,
            probability_interval(*ahead[method]) if method in ahead else (0.0, 1.0),
            p_values.get(method, 1.0),
            mean_rank.get(method),
        )
        for method in methods
    ]
    return Ranking(
        tuple(found),
        tuple(sorted(standings, key=lambda one: (one.rank is None, one.rank or 0.0))),
        len(common),
        p,
        critical_difference(len(common), len(found)),
    )


def critical_difference(methods: int, studies: int) -> float:
    """By how much mean ranks must differ, at LEVEL over all pairs (Demšar 2006, section 3.2.2)."""
    from scipy.stats import studentized_range

    if methods < 2:
        return float("inf")
    quantile = float(studentized_range.ppf(1 - LEVEL, methods, np.inf)) / np.sqrt(2)
    return float(quantile * np.sqrt(methods * (methods + 1) / (6 * studies)))


def _scores(data: Mapping[str, Any]) -> dict[str, float]:
    """Of every arm the mean on test, where more is better; the worst where it has none."""
    sign = catalog.named(data["measure"]).sign
    return {
        arm["arm"]: sign * arm["test"] if arm["test"] is not None else -np.inf
        for arm in data["arms"]
    }


def _ranks(scores: Sequence[Sequence[float]]) -> tuple[list[float], float]:
    """Mean ranks of `[studies, methods]`, and Friedman's p; 1 of fewer than three methods, and
    where all are alike everywhere."""
    from scipy.stats import friedmanchisquare, rankdata

    values = np.array(scores)
    ranks = rankdata(-values, axis=1).mean(0)
    if values.shape[1] < 3 or (values == values[:, :1]).all():
        return ranks.tolist(), 1.0
    return ranks.tolist(), float(friedmanchisquare(*values.T).pvalue)


def _ahead(method: str, scores: Any) -> tuple[float, int]:
    """In how many studies the method is ahead of none, equal ones half, and how many have it."""
    compared = [np.sign(own[method] - own[BASELINE]) for own in scores if method in own]
    return float(sum((sign + 1) / 2 for sign in compared)), len(compared)


def _sign_p(ahead: float, studies: int) -> float:
    """Two-sided, half wins rounded towards a half."""
    from scipy.stats import binomtest

    wins = int(np.floor(ahead)) if ahead > studies / 2 else int(np.ceil(ahead))
    return float(binomtest(wins, studies).pvalue)


def is_cocktail(standing: Standing) -> bool:
    return standing.method == COCKTAIL
