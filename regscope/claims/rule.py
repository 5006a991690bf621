"""The rule that turns measured effects into a verdict. docs/claims.md tells it in full.

An effect is oriented, so that positive means as claimed, and 0 is where the claim begins to hold:
no difference, the threshold, the edge of the margin. What one comparison says of a claim is a
`Word`; the words of all make the verdict of a reading, and the readings that of the claim.

A single published value has a rule of its own, `value_verdict`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import Field

from regscope.base.settings import Settings
from regscope.statistics import TELLING, Interval, holm, telling

Word = Literal["opposite", "equal", "undecided", "as claimed"]
WORDS: tuple[Word, ...] = get_args(Word)
"""Of several comparisons the first of these decides: a claim is as good as its weakest part."""

Settled = Literal["stated", "strength assumed", "unstated"]
"""Whether the document states the settings that a comparison was made with."""

Verdict = Literal[
    "reproduced",
    "same direction",
    "compatible, says little",
    "no difference that matters",
    "undecided",
    "depends on the reading",
    "not at the strength assumed",
    "not in the setting assumed",
    "contradicted",
    "not run",
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

AGAINST: dict[Settled, Verdict] = {
    "stated": "contradicted",
    "strength assumed": "not at the strength assumed",
    "unstated": "not in the setting assumed",
}
"""What results that speak against a claim come to."""


class Rule(Settings):
    """The rule's numbers, at the head of claims.yaml.

    level: of every interval. significance: what a corrected p-value must stay below.
    fewest_seeds: with fewer, nothing is decided.
    equivalence_margin: differences within it count as equal, where a claim gives no `margin`.
    telling: the share of the document's other values of the same measure that must lie outside the
    interval of one new run, and by more, for a value inside to be reproduced.
    """

    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    significance: Annotated[float, Field(gt=0, lt=1)] = 0.05
    fewest_seeds: Annotated[int, Field(ge=2)] = 5
    equivalence_margin: Annotated[float, Field(gt=0)] = 0.005
    telling: Annotated[float, Field(ge=0, lt=1)] = TELLING


def word(
    oriented: Interval, p_holm: float, seeds: int, rule: Rule, negligible: bool = False
) -> Word:
    """What one comparison says, by its oriented effect with its interval.

    `negligible`: whether its difference was shown to be smaller than what matters.
    """
    if seeds < rule.fewest_seeds:
        return "undecided"
    if negligible:
        return "equal"
    if p_holm < rule.significance and oriented.low > 0:
        return "as claimed"
    return "opposite" if p_holm < rule.significance and oriented.high < 0 else "undecided"


def verdict(given: Word, size_fits: bool, settled: Settled) -> Verdict:
    """The verdict of a reading, by its deciding word."""
    if given == "as claimed":
        return "reproduced" if size_fits else "same direction"
    if given == "opposite":
        return AGAINST[settled]
    return "undecided" if given == "undecided" else "no difference that matters"


def value_verdict(
    published: float,
    new_run: Interval,
    p_holm: float,
    seeds: int,
    others: Sequence[float],
    settled: Settled,
    rule: Rule,
) -> Verdict:
    """The verdict on one published value, given where one new run falls.

    `others`: what the document gives for other cells. Inside an interval that leaves out more than
    the share `telling` of them it is reproduced; inside another it says little. Outside, a
    corrected p below the significance speaks against it.
    """
    if seeds < rule.fewest_seeds:
        return "undecided"
    if new_run.low <= published <= new_run.high:
        says = telling(new_run, others, rule.telling)
        return "reproduced" if says else "compatible, says little"
    return AGAINST[settled] if p_holm < rule.significance else "undecided"


def joint(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a sentence that may be read in several ways, by those that were run."""
    if not verdicts:
        return "not run"
    return verdicts[0] if len(set(verdicts)) == 1 else "depends on the reading"


Key = TypeVar("Key", bound=Hashable)


def corrected(p_values: Mapping[Key, float], families: Mapping[Key, object]) -> dict[Key, float]:
    """Holm's correction of each p-value within its family."""
    adjusted: dict[Key, float] = {}
    for family in dict.fromkeys(families[key] for key in p_values):
        members = [key for key in p_values if families[key] == family]
        adjusted |= zip(members, holm([p_values[key] for key in members]), strict=True)
    return adjusted
