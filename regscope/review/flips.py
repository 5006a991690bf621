"""Verdicts that another revision gives otherwise: of comparisons, and of published claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from regscope.review.metrics import Metrics


class Verdict(NamedTuple):
    """`firm` is None where the tree does not say, as one of an older version."""

    word: str
    firm: bool | None


@dataclass(frozen=True)
class Flip:
    """`subject` is `study/cell measure`, or `claim id`."""

    subject: str
    before: Verdict
    after: Verdict

    @property
    def firm(self) -> bool:
        """Whether the verdict was firm before, and so should not have flipped by itself."""
        return bool(self.before.firm)


def flips(before: Metrics, after: Metrics) -> tuple[Flip, ...]:
    """Of all that both judge, those first that were firm."""
    old, new = _verdicts(before), _verdicts(after)
    found = (
        Flip(subject, old[subject], verdict)
        for subject, verdict in new.items()
        if subject in old and old[subject].word != verdict.word
    )
    return tuple(sorted(found, key=lambda flip: not flip.firm))


def new_claims(before: Metrics, after: Metrics) -> tuple[str, ...]:
    return tuple(claim for claim in after.claims if claim not in before.claims)


def gone_claims(before: Metrics, after: Metrics) -> tuple[str, ...]:
    return new_claims(after, before)


def _verdicts(metrics: Metrics) -> Mapping[str, Verdict]:
    comparisons = {
        f"{name}/{cell} {measure}": Verdict(word, study.firm.get((cell, measure)))
        for name, study in metrics.studies.items()
        for (cell, measure), word in study.verdicts.items()
    }
    claims = {
        f"claim {claim}": Verdict(word, metrics.firm_claims.get(claim))
        for claim, word in metrics.claims.items()
    }
    return comparisons | claims
