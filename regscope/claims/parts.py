"""What each comparison says of a claim, corrected within its family."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regscope.claims.check import Contrast, Equal, Value
from regscope.claims.contrasts import Corrected, corrected_over_cells, is_row
from regscope.claims.decisive import decisive
from regscope.claims.evidence import Evidence, NotRunError, Pair, pairs
from regscope.claims.rule import WORDS, Rule, Word, corrected, word
from regscope.claims.schema import Claim
from regscope.statistics import SIGNIFICANCE

CERTAIN = "no test: the same in every seed"

Name = tuple[str, int]
"""A claim and the number of its reading."""


@dataclass(frozen=True)
class Part:
    """One comparison, or the hardest of several that are corrected together.

    `p` is of the test that gives the word, `p_holm` corrected over the `family`, and `at_best`
    what that would be of the smallest p that so many seeds can give. `certain`: beside "equal",
    that there is a difference all the same.
    """

    pair: Pair
    word: Word
    p: float
    p_holm: float
    family: str
    at_best: float = 0.0
    certain: bool = False


@dataclass(frozen=True)
class Question:
    """One reading of a claim with what was found; `rest` are the comparisons that are no rows."""

    claim: Claim
    found: list[Pair]

    @property
    def rows(self) -> list[Pair]:
        return [pair for pair in self.found if is_row(self.claim.check, pair)]

    @property
    def rest(self) -> list[Pair]:
        return [pair for pair in self.found if not is_row(self.claim.check, pair)]

    @property
    def family(self) -> tuple[str, ...]:
        """What `rest` is corrected with."""
        claim = self.claim
        if isinstance(claim.check, Value):
            return claim.document, claim.study, claim.check.measure
        return claim.document, claim.study


def ask(
    claims: Sequence[Claim], evidence: Mapping[str, Evidence], rule: Rule
) -> tuple[dict[Name, Question], dict[Name, str]]:
    """Every reading of every claim: with what was found, or the reason why it is not run."""
    found: dict[Name, Question] = {}
    missing: dict[Name, str] = {}
    for claim in claims:
        for number, reading in enumerate(claim.every_reading):
            try:
                if claim.study not in evidence:
                    raise NotRunError(f"no results of the study {claim.study}")
                held = pairs(reading.check, evidence[claim.study], rule)
                if reading.deterministic:
                    _check_certain(held)
                found[claim.id, number] = Question(reading, held)
            except NotRunError as error:
                missing[claim.id, number] = str(error)
    return found, missing


def _check_certain(found: Sequence[Pair]) -> None:
    for pair in found:
        if pair.finding.measured.low != pair.finding.measured.high:
            raise NotRunError(f"said to be the same in every seed, and differs in {pair.cell}")


def judged(
    questions: Mapping[Name, Question], evidence: Mapping[str, Evidence], rule: Rule
) -> dict[Name, Part]:
    """The part that decides each reading.

    Of all its parts the first in the order of WORDS, and of several with the same word the one
    with the largest corrected p; but where they speak against the claim, the smallest, and where
    no difference matters the one that is the least as claimed.
    """
    parts: dict[Name, list[Part]] = {name: [] for name in questions}
    rows: dict[object, dict[str, Corrected]] = {}
    for name, question in questions.items():
        claim = question.claim
        if claim.deterministic:
            parts[name].append(_certain(question))
            continue
        check = claim.check
        margin = check.margin if isinstance(check, Equal) else None
        asked = claim.study, check.measure, check.comparison, margin
        for pair in question.rows:
            assert isinstance(check, Contrast)
            if asked not in rows:
                rows[asked] = corrected_over_cells(check, evidence[claim.study], rule)
            parts[name].append(_row(claim, pair, rows[asked][pair.cell], rule))
    for name, part in _others(questions, rule).items():
        parts[name].append(part)
    return {name: _deciding(found) for name, found in parts.items()}


def _row(claim: Claim, pair: Pair, given: Corrected, rule: Rule) -> Part:
    finding = pair.finding
    measure = claim.check.parsed
    compared = (
        f"arms of the advice for {claim.study}"
        if measure.table == "advice"
        else f"cells of {claim.study}"
    )
    family = f"{given.cells} {compared} in {measure.column}"
    p_equal, p_equal_holm = finding.p_equal, given.p_equal_holm
    if isinstance(claim.check, Equal):
        assert p_equal is not None
        assert p_equal_holm is not None
        inside = finding.oriented.mean >= 0
        p, p_holm = (p_equal, p_equal_holm) if inside else (finding.p_value, given.p_holm)
        return Part(pair, word(finding.oriented, p_holm, finding.seeds, rule), p, p_holm, family)
    said = _said(pair, given.p_holm, p_equal_holm, rule)
    if said == "equal":
        assert p_equal is not None
        assert p_equal_holm is not None
        certain = word(finding.oriented, given.p_holm, finding.seeds, rule) != "undecided"
        return Part(pair, said, p_equal, p_equal_holm, family, certain=certain)
    return Part(pair, said, finding.p_value, given.p_holm, family)


def _others(questions: Mapping[Name, Question], rule: Rule) -> dict[Name, Part]:
    """The deciding one of those that are no rows, corrected over a document's claims on a study."""
    asked = {
        name: question
        for name, question in questions.items()
        if question.rest and not question.claim.deterministic
    }
    hardest = {name: decisive(question.rest) for name, question in asked.items()}
    families = {name: question.family for name, question in asked.items()}
    p_values = {name: one.p_value for name, one in hardest.items()}
    p_holm = corrected(p_values, families)
    # Picked out of several, so that it could be called equal the sooner.
    p_equal = {
        name: min(1.0, one.pair.finding.p_equal * len(one.found))
        for name, one in hardest.items()
        if one.pair.finding.p_equal is not None and not isinstance(asked[name].claim.check, Equal)
    }
    p_equal_holm = corrected(p_equal, families)
    sizes = list(families.values())
    parts = {}
    for name, one in hardest.items():
        finding = one.pair.finding
        claim, family = asked[name].claim, families[name]
        count = sizes.count(family)
        about = (
            f"{count} published value{'s' * (count > 1)} of {claim.check.measure}"
            if isinstance(claim.check, Value)
            else f"{count} other comparison{'s' * (count > 1)} of the document on {claim.study}"
        )
        said = _said(one.pair, p_holm[name], p_equal_holm.get(name), rule)
        equal = said == "equal"
        parts[name] = Part(
            one.pair,
            said,
            p_equal[name] if equal else one.p_value,
            p_equal_holm[name] if equal else p_holm[name],
            about,
            corrected(p_values | {name: finding.smallest_p}, families)[name],
            equal and word(finding.oriented, p_holm[name], finding.seeds, rule) != "undecided",
        )
    return parts


def _said(pair: Pair, p_holm: float, p_equal_holm: float | None, rule: Rule) -> Word:
    finding = pair.finding
    negligible = finding.within and p_equal_holm is not None and p_equal_holm < SIGNIFICANCE
    return word(finding.oriented, p_holm, finding.seeds, rule, negligible)


def _deciding(parts: Sequence[Part]) -> Part:
    def order(part: Part) -> tuple[int, float]:
        weight = {"opposite": part.p_holm, "equal": part.pair.finding.oriented.mean}
        return WORDS.index(part.word), weight.get(part.word, -part.p_holm)

    return min(parts, key=order)


def _certain(question: Question) -> Part:
    """Of a level that is the same in every seed for a reason: what it is, without a test."""
    worst = min(question.found, key=lambda pair: pair.finding.oriented.mean)
    holds = worst.finding.oriented.mean >= 0
    return Part(worst, "as claimed" if holds else "opposite", math.nan, math.nan, CERTAIN)
