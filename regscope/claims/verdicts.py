"""Every claim judged: the hardest of its comparisons, corrected, and put into words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regscope.claims.checks import DIRECTED
from regscope.claims.evidence import Evidence, NotRunError, Pair, pairs, tuned_note
from regscope.claims.rule import VERDICTS, Rule, Verdict, corrected, value_verdict, verdict
from regscope.claims.schema import Claim, Claims
from regscope.claims.sizes import reported_effect, size_fits, size_note


@dataclass(frozen=True)
class Decisive:
    """The comparison that decides a claim, with the p that goes into Holm's correction."""

    pair: Pair
    p_value: float
    of: int


def decisive(found: list[Pair]) -> Decisive:
    """The comparison that speaks least for the claim.

    If even that one speaks for it, all do, and its p is that of the whole (an intersection-union
    test). If it speaks against the claim, it was picked out of all: its p is multiplied by their
    number (Bonferroni).
    """

    def support(pair: Pair) -> tuple[float, float]:
        effect = pair.finding.oriented.mean
        surprise = -math.log(max(pair.finding.p_value, 1e-300))
        return math.copysign(surprise, effect) if effect else 0.0, effect

    hardest = min(found, key=support)
    p_value = hardest.finding.p_value
    if hardest.finding.oriented.mean < 0:
        p_value = min(1.0, p_value * len(found))
    return Decisive(hardest, p_value, len(found))


def judge(claims: Claims, evidence: Mapping[str, Evidence]) -> dict[str, list[dict[str, Any]]]:
    """The content of metrics/claims.json: every claim with its verdict, and the untestable.

    `evidence`: by the name of the study; claims about other studies are not run.
    """
    found: dict[str, Decisive] = {}
    missing: dict[str, str] = {}
    for claim in claims.claims:
        try:
            if claim.study not in evidence:
                raise NotRunError(f"no results of the study {claim.study}")
            found[claim.id] = decisive(pairs(claim, evidence[claim.study], claims.rule))
        except NotRunError as error:
            missing[claim.id] = str(error)
    p_holm = corrected(
        {name: one.p_value for name, one in found.items()},
        {claim.id: (claim.document, claim.study) for claim in claims.claims},
    )
    return {
        "claims": [
            _not_run(claim, missing[claim.id])
            if claim.id in missing
            else _judged(
                claim, found[claim.id], p_holm[claim.id], evidence[claim.study], claims.rule
            )
            for claim in claims.claims
        ],
        "untestable": [entry.model_dump() for entry in claims.untestable],
    }


def counts(judged: list[dict[str, Any]]) -> dict[str, int]:
    """How many claims have each verdict: the content of metrics/verdicts.json."""
    given = [entry["verdict"] for entry in judged]
    return {verdict: given.count(verdict) for verdict in VERDICTS}


def _judged(
    claim: Claim, decided: Decisive, p_holm: float, evidence: Evidence, rule: Rule
) -> dict[str, Any]:
    pair, finding = decided.pair, decided.pair.finding
    if claim.comparison == "value":
        given = value_verdict(
            claim.reported[pair.cell], finding.measured, p_holm, finding.seeds, rule
        )
    else:
        given = verdict(finding.oriented, p_holm, finding.seeds, size_fits(claim, pair), rule)
    notes = [
        *_fixed_notes(claim, pair),
        f"decided by the hardest of {decided.of} comparisons" if decided.of > 1 else "",
        f"fewer than {rule.fewest_seeds} seeds decide nothing"
        if finding.seeds < rule.fewest_seeds
        else "",
        size_note(claim, pair) if given == "same direction" else "",
        tuned_note(claim, evidence),
    ]
    return _entry(
        claim,
        {
            "decided_by": {"cell": pair.cell, "against": pair.against},
            "reported_effect": _rounded(reported_effect(claim, pair)),
            "effect": _rounded(finding.measured.mean),
            "low": _rounded(finding.measured.low),
            "high": _rounded(finding.measured.high),
            "p": _rounded(finding.p_value),
            "p_holm": _rounded(p_holm),
            "against_mean": _rounded(finding.other_mean),
            "seeds": finding.seeds,
        },
        given,
        notes,
    )


def _fixed_notes(claim: Claim, pair: Pair) -> list[str]:
    reported = reported_effect(claim, pair)
    against_itself = False
    if claim.comparison in DIRECTED and reported is not None:
        against_itself = (reported > 0) != (claim.comparison in ("higher", "highest"))
    return [
        "strength assumed" if claim.strength else "",
        f"unstated: {claim.unstated}" if claim.unstated else "",
        "the document's own figures point the other way" if against_itself else "",
    ]


def _not_run(claim: Claim, reason: str) -> dict[str, Any]:
    unknown = (
        "decided_by",
        "reported_effect",
        "effect",
        "low",
        "high",
        "p",
        "p_holm",
        "against_mean",
        "seeds",
    )
    notes = ["strength assumed" if claim.strength else "", reason]
    return _entry(claim, dict.fromkeys(unknown), "not run", notes)


def _entry(
    claim: Claim, numbers: dict[str, Any], given: Verdict, notes: list[str]
) -> dict[str, Any]:
    return {
        "id": claim.id,
        "document": claim.document,
        "section": claim.section,
        "statement": claim.statement,
        "study": claim.study,
        "cell": list(claim.cell),
        "against": list(claim.others),
        "measure": claim.measure,
        "of": claim.layer or claim.at or (list(claim.pair) if claim.pair else None),
        "measured_by": claim.measured_by,
        "comparison": claim.comparison,
        "threshold": claim.threshold,
        "reported": dict(claim.reported),
        **numbers,
        "verdict": given,
        "note": "; ".join(note for note in notes if note),
    }


def _rounded(value: float | None) -> float | None:
    """Six significant digits: enough to read, few enough to compare by eye."""
    return None if value is None else float(f"{value:.6g}")
