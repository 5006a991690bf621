"""Verdicts that another revision gives otherwise: of comparisons, and of published claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regscope.review.metrics import Metrics


@dataclass(frozen=True)
class Flip:
    """`subject` is `study/cell measure`, or `claim id`."""

    subject: str
    before: str
    after: str


def flips(before: Metrics, after: Metrics) -> tuple[Flip, ...]:
    """Of all that both judge."""
    old, new = _verdicts(before), _verdicts(after)
    return tuple(
        Flip(subject, old[subject], verdict)
        for subject, verdict in new.items()
        if old.get(subject, verdict) != verdict
    )


def new_claims(before: Metrics, after: Metrics) -> tuple[str, ...]:
    return tuple(claim for claim in after.claims if claim not in before.claims)


def gone_claims(before: Metrics, after: Metrics) -> tuple[str, ...]:
    return new_claims(after, before)


def _verdicts(metrics: Metrics) -> Mapping[str, str]:
    comparisons = {
        f"{name}/{cell} {measure}": verdict
        for name, study in metrics.studies.items()
        for (cell, measure), verdict in study.verdicts.items()
    }
    return comparisons | {f"claim {claim}": verdict for claim, verdict in metrics.claims.items()}
