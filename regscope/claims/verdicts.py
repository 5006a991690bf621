"""Every claim judged: the hardest of its comparisons, corrected, and put into words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regscope.claims.comparisons import Finding
from regscope.claims.decisive import Decisive, decisive
from regscope.claims.evidence import Evidence, NotRunError, pairs, tuned_note
from regscope.claims.rule import VERDICTS, Rule, Verdict, corrected, value_verdict, verdict
from regscope.claims.schema import Claim, Claims
from regscope.claims.sizes import reported_effect, reported_note, size_fits, size_note


@dataclass(frozen=True)
class Corrected:
    """A claim's p after Holm's correction, and what it would be at the smallest p there can be.

    The other claims of the family keep theirs.
    """

    holm: float
    at_best: float


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
    families = {claim.id: (claim.document, claim.study) for claim in claims.claims}
    p_values = {name: one.p_value for name, one in found.items()}
    p_holm = corrected(p_values, families)
    at_best = {
        name: corrected(p_values | {name: one.pair.finding.smallest_p}, families)[name]
        for name, one in found.items()
    }
    judged = [
        _not_run(claim, missing[claim.id])
        if claim.id in missing
        else _judged(
            claim,
            found[claim.id],
            Corrected(p_holm[claim.id], at_best[claim.id]),
            evidence[claim.study],
            claims.rule,
        )
        for claim in claims.claims
    ]
    return {
        "claims": [{**entry, "title": claims.documents[entry["document"]]} for entry in judged],
        "untestable": [entry.model_dump() for entry in claims.untestable],
    }


def counts(judged: list[dict[str, Any]]) -> dict[str, int]:
    """How many claims have each verdict: the content of metrics/verdicts.json."""
    given = [entry["verdict"] for entry in judged]
    return {verdict: given.count(verdict) for verdict in VERDICTS}


def _judged(
    claim: Claim, decided: Decisive, p: Corrected, evidence: Evidence, rule: Rule
) -> dict[str, Any]:
    pair, finding = decided.pair, decided.pair.finding
    if claim.comparison == "value":
        published = claim.reported[pair.cell]
        given = value_verdict(
            published,
            finding.measured,
            p.holm,
            finding.seeds,
            rule.widest(published, claim.parsed.is_fraction),
            rule,
        )
    else:
        fits = all(size_fits(claim, one) for one in decided.found)
        given = verdict(finding.oriented, p.holm, finding.seeds, fits, rule)
    notes = [
        "strength assumed" if claim.strength else "",
        f"unstated: {claim.unstated}" if claim.unstated else "",
        reported_note(claim, decided.found),
        f"decided by the hardest of {len(decided.found)} comparisons"
        if len(decided.found) > 1
        else "",
        _seeds_note(finding, p, rule) if given == "not separable" else "",
        _width_note(claim, finding, rule) if given == "not separable" else "",
        size_note(claim, decided.found) if given == "same direction" else "",
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
            "p_holm": _rounded(p.holm),
            "against_mean": _rounded(finding.other_mean),
            "seeds": finding.seeds,
        },
        given,
        notes,
    )


def _seeds_note(finding: Finding, p: Corrected, rule: Rule) -> str:
    """Where the number of seeds alone keeps a comparison from being decided."""
    if finding.seeds < rule.fewest_seeds:
        return f"fewer than {rule.fewest_seeds} seeds decide nothing"
    if p.at_best < rule.significance:
        return ""
    return (
        f"these {finding.seeds} seeds cannot decide this: p is {finding.smallest_p:.2g} or more,"
        f" corrected {p.at_best:.2g} or more"
    )


def _width_note(claim: Claim, finding: Finding, rule: Rule) -> str:
    """Where a published value lies inside an interval that says too little."""
    if claim.comparison != "value" or finding.seeds < rule.fewest_seeds:
        return ""
    if finding.oriented.mean < 0:
        return ""
    (published,) = claim.reported.values()
    reach = (finding.measured.high - finding.measured.low) / 2
    widest = rule.widest(published, claim.parsed.is_fraction)
    return f"one new run may differ by {reach:.3g}, and {widest:.3g} is the most that counts"


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
    """Six significant digits: enough to read, few enough to compare by eye; None for nan."""
    return None if value is None or math.isnan(value) else float(f"{value:.6g}")
