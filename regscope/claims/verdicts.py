"""Every claim judged: what decides it, corrected, in words, and whether the words are firm."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from regscope.claims.check import Check, Contrast, Level, Value
from regscope.claims.comparisons import Finding
from regscope.claims.evidence import Evidence, reaching_note, tuned_note
from regscope.claims.parts import Name, Part, Question, ask, judged
from regscope.claims.rule import (
    VERDICTS,
    Rule,
    Settled,
    Verdict,
    joint,
    value_verdict,
    verdict,
)
from regscope.claims.schema import Claim, Claims
from regscope.claims.sizes import reported_effect, reported_note, size_fits, size_note
from regscope.statistics import excluded, false_discovery

Others = Mapping[tuple[str, str, str], Mapping[str, float]]
"""What a document gives for the cells of a study in a measure: `{cell: value}`."""


@dataclass(frozen=True)
class Judgement:
    """What is known of one reading."""

    question: Question
    part: Part
    verdict: Verdict
    others: Mapping[str, float]


def judge(claims: Claims, evidence: Mapping[str, Evidence]) -> dict[str, list[dict[str, Any]]]:
    """The content of metrics/claims.json: every claim with its verdict, and the untestable.

    `evidence`: by the name of the study; claims about other studies are not run.
    """
    found, missing = _judgements(claims, evidence, claims.rule)
    q_values = false_discovery_rates({name: one.part.p for name, one in found.items()})
    given = {claim.id: joint(_read(claim, found)) for claim in claims.claims}
    firm = _firm(claims, evidence, found)
    entries = []
    for claim in claims.claims:
        readings = [
            _reading(found[name], claims.rule, q_values.get(name), evidence[claim.study])
            if name in found
            else _not_run(reading, missing[name])
            for name, reading in _named(claim)
        ]
        entries.append(
            {
                "id": claim.id,
                "document": claim.document,
                "section": claim.section,
                "statement": claim.statement,
                "study": claim.study,
                **readings[0],
                "other_readings": readings[1:],
                "assumed": list(claim.assumed),
                "unstated": claim.unstated,
                "departs": claim.departs,
                "hardly_fails": claim.hardly_fails,
                "set_knowing": claim.set_knowing,
                "headline": claim.headline,
                "verdict": given[claim.id],
                "firm": firm[claim.id],
                "title": claims.documents[claim.document],
            }
        )
    return {
        "claims": entries,
        "untestable": [asdict(entry) for entry in claims.untestable],
    }


def counts(judged: list[dict[str, Any]]) -> dict[str, Any]:
    """How many claims have each verdict, and how many of these are firm: metrics/verdicts.json."""
    given = [entry["verdict"] for entry in judged]
    firm = [entry["verdict"] for entry in judged if entry["firm"]]
    return {
        **{verdict: given.count(verdict) for verdict in VERDICTS},
        "firm": {verdict: firm.count(verdict) for verdict in VERDICTS if verdict != "not run"},
    }


def false_discovery_rates(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """Benjamini and Hochberg's (1995) q of every reading that was tested, over all of them.

    Of all verdicts that rest on a q below a level, that share at most is expected to be false.
    """
    tested = {name: p for name, p in p_values.items() if not math.isnan(p)}
    return dict(zip(tested, false_discovery(list(tested.values())), strict=True))


def _judgements(
    claims: Claims, evidence: Mapping[str, Evidence], rule: Rule
) -> tuple[dict[Name, Judgement], dict[Name, str]]:
    questions, missing = ask(claims.claims, evidence, rule)
    printed = _printed(claims)
    found = {}
    for name, part in judged(questions, evidence, rule).items():
        claim = questions[name].claim
        place = claim.document, claim.study, claim.check.measure
        others = {
            cell: value
            for cell, value in printed.get(place, {}).items()
            if cell not in claim.check.cell
        }
        found[name] = Judgement(
            questions[name], part, _verdict(questions[name], part, others, rule), others
        )
    return found, missing


def _verdict(question: Question, part: Part, others: Mapping[str, float], rule: Rule) -> Verdict:
    claim, finding = question.claim, part.pair.finding
    settled = _settled(claim, part)
    if isinstance(claim.check, Value):
        return value_verdict(
            claim.check.published,
            finding.measured,
            part.p_holm,
            finding.seeds,
            list(others.values()),
            settled,
            rule,
        )
    fits = all(size_fits(claim.check, one) for one in question.found)
    return verdict(part.word, fits, settled)


def _settled(claim: Claim, part: Part) -> Settled:
    """Of the cells that decide; what is the same whatever the seed is so at any strength."""
    if claim.deterministic:
        return "stated"
    if {part.pair.cell, part.pair.against} & set(claim.assumed):
        return "strength assumed"
    return "unstated" if claim.unstated or claim.departs else "stated"


def _printed(claims: Claims) -> Others:
    found: dict[tuple[str, str, str], dict[str, float]] = {}
    for claim in claims.claims:
        for reading in claim.every_reading:
            check = reading.check
            if not isinstance(check, Contrast) or check.sizes_compare:
                place = reading.document, reading.study, check.measure
                found.setdefault(place, {}).update(check.printed)
    return found


def _named(claim: Claim) -> Iterator[tuple[Name, Claim]]:
    for number, reading in enumerate(claim.every_reading):
        yield (claim.id, number), reading


def _read(claim: Claim, found: Mapping[Name, Judgement]) -> tuple[Verdict, ...]:
    """The verdict on each of its readings that was run."""
    return tuple(found[name].verdict for name, _ in _named(claim) if name in found)


def _firm(
    claims: Claims, evidence: Mapping[str, Evidence], found: Mapping[Name, Judgement]
) -> dict[str, bool | None]:
    """Whether the verdicts on all readings outlast a seed left out, and other rounding.

    `statistics.firmness` has the same of a study's rows. None of a claim that was not run, or rests
    on too few seeds to have an answer.
    """
    few = {
        name[0]
        for name, one in found.items()
        if one.part.pair.finding.seeds < claims.rule.fewest_seeds
    }
    given = {
        claim.id: _read(claim, found)
        for claim in claims.claims
        if claim.id not in few and _read(claim, found)
    }
    stays = set(given)
    # A seed that is left out still counts.
    rule = claims.rule.model_copy(update={"fewest_seeds": 2})
    for repeat in _repeats(evidence):
        again, _ = _judgements(claims, repeat, rule)
        # Studies that the repeat leaves as they are have the same verdicts in it.
        again |= {
            name: one for name, one in found.items() if one.question.claim.study not in repeat
        }
        stays -= {
            claim.id
            for claim in claims.claims
            if claim.id in stays and _read(claim, again) != given[claim.id]
        }
    return {claim.id: claim.id in stays if claim.id in given else None for claim in claims.claims}


def _repeats(evidence: Mapping[str, Evidence]) -> Iterator[dict[str, Evidence]]:
    """The studies that leaving a seed out, or other rounding, changes."""
    seeds = sorted({seed for one in evidence.values() for seed in one.seeds})
    for seed in seeds:
        yield {study: one.without(seed) for study, one in evidence.items() if seed in one.seeds}
    for direction in (-1, 1):
        yield {study: replace(one, nudge=direction) for study, one in evidence.items()}


def _reading(
    judgement: Judgement, rule: Rule, q_value: float | None, evidence: Evidence
) -> dict[str, Any]:
    claim, part = judgement.question.claim, judgement.part
    pair, finding, found = part.pair, part.pair.finding, judgement.question.found
    given = judgement.verdict
    check = claim.check
    left_out = (
        sorted(
            cell for cell, value in judgement.others.items() if excluded(finding.measured, [value])
        )
        if isinstance(check, Value)
        else None
    )
    notes = [
        claim.deterministic,
        reported_note(check, found),
        f"decided by the hardest of {len(found)} comparisons" if len(found) > 1 else "",
        _seeds_note(check, finding, part, rule) if given == "undecided" else "",
        _value_note(judgement, left_out) if left_out is not None else "",
        "there is a difference, certain and too small to matter" if part.certain else "",
        size_note(check, found) if given == "same direction" else "",
        reaching_note(check, pair.cell, evidence)
        if isinstance(check, Value) and claim.assumed and finding.oriented.mean < 0
        else "",
        tuned_note(claim, evidence),
    ]
    return _entry(
        claim,
        {
            "decided_by": {"cell": pair.cell, "against": pair.against},
            "family": part.family,
            "reported_effect": _rounded(reported_effect(check, pair)),
            "effect": _rounded(finding.measured.mean),
            "low": _rounded(finding.measured.low),
            "high": _rounded(finding.measured.high),
            "p": _rounded(part.p),
            "p_holm": _rounded(part.p_holm),
            "q": _rounded(q_value),
            "against_mean": _rounded(finding.other_mean),
            "seeds": finding.seeds,
            "shift": _rounded(finding.shift),
            "excluded": left_out,
        },
        given,
        notes,
    )


def _seeds_note(check: Check, finding: Finding, part: Part, rule: Rule) -> str:
    """Where the number of seeds alone keeps a comparison from being decided, or that of tables."""
    called = "tables" if check.parsed.counts_tables else "seeds"
    if finding.seeds < rule.fewest_seeds:
        return f"fewer than {rule.fewest_seeds} {called} decide nothing"
    if part.at_best < rule.significance:
        return ""
    return (
        f"these {finding.seeds} {called} cannot decide this: p is {finding.smallest_p:.2g} or more,"
        f" corrected {part.at_best:.2g} or more"
    )


def _value_note(judgement: Judgement, left_out: list[str] | None) -> str:
    """What the interval of one new run could have shown."""
    shift, others = judgement.part.pair.finding.shift, len(judgement.others)
    seen = f"a shift of {shift:.3g} would have been seen with probability 0.8" if shift else ""
    if not others:
        return seen
    told = f"{len(left_out or ())} of the document's {others} other values lie outside"
    return f"{seen}; {told}" if seen else told


def _not_run(claim: Claim, reason: str) -> dict[str, Any]:
    unknown = (
        "decided_by", "family", "reported_effect", "effect", "low", "high", "p", "p_holm", "q",
        "against_mean", "seeds", "shift", "excluded",
    )  # fmt: skip
    return _entry(claim, dict.fromkeys(unknown), "not run", [reason])


def _entry(
    claim: Claim, numbers: dict[str, Any], given: Verdict, notes: list[str]
) -> dict[str, Any]:
    check = claim.check
    return {
        "cell": list(check.cell),
        "against": list(check.others),
        "measure": check.measure,
        "of": check.layer or check.at or (list(check.pair) if check.pair else None),
        "measured_by": claim.measured_by,
        "comparison": check.comparison,
        "threshold": check.threshold if isinstance(check, Level) else None,
        "reported": dict(check.printed),
        **numbers,
        "says": given,
        "note": "; ".join(note for note in notes if note),
    }


def _rounded(value: float | None) -> float | None:
    """Six significant digits: enough to read, few enough to compare by eye; None for nan."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.6g}")
