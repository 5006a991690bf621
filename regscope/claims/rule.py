"""The rule that turns a measured effect into a verdict. docs/claims.md tells it in full.

An effect is oriented, so that positive means as claimed, and 0 is where the claim begins to hold:
no difference, the threshold, the edge of the margin. It is *separable* when all three hold: its
interval leaves out 0, its p-value is below the significance after Holm's correction over the
claims of the same document and study, and it rests on at least `fewest_seeds` seeds.

- *reproduced*: separable as claimed, and the size fits where one was reported.
- *same direction*: separable as claimed, and the size does not fit.
- *contradicted*: separable, and the other way.
- *not separable*: all else.
- *not run*: there is nothing to judge by yet.

A single published value has a rule of its own, `value_verdict`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from regscope.settings import Settings
from regscope.statistics import Interval, holm

Verdict = Literal["reproduced", "same direction", "not separable", "contradicted", "not run"]
VERDICTS: tuple[Verdict, ...] = (
    "reproduced",
    "same direction",
    "not separable",
    "contradicted",
    "not run",
)


class Rule(Settings):
    """The rule's numbers, at the head of claims.yaml.

    level: of every interval. significance: what a corrected p-value must stay below.
    fewest_seeds: with fewer, nothing is decided.
    equivalence_margin: differences within it count as equal, where a claim gives no `margin`.
    widest_value: the half width of the interval of one new run, as a fraction of the published
    value, beyond which the interval says too little to reproduce anything. widest_fraction: the
    same for measures that are fractions, in their own units: a tenth of an accuracy is too much.
    """

    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    significance: Annotated[float, Field(gt=0, lt=1)] = 0.05
    fewest_seeds: Annotated[int, Field(ge=2)] = 5
    equivalence_margin: Annotated[float, Field(gt=0)] = 0.005
    widest_value: Annotated[float, Field(gt=0)] = 0.1
    widest_fraction: Annotated[float, Field(gt=0)] = 0.01

    def widest(self, published: float, is_fraction: bool) -> float:
        """The widest half width at which the interval of one new run reproduces a value."""
        return self.widest_fraction if is_fraction else self.widest_value * abs(published)


def verdict(oriented: Interval, p_holm: float, seeds: int, size_fits: bool, rule: Rule) -> Verdict:
    """The verdict on an oriented effect with its interval."""
    if seeds < rule.fewest_seeds or p_holm >= rule.significance:
        return "not separable"
    if oriented.low > 0:
        return "reproduced" if size_fits else "same direction"
    return "contradicted" if oriented.high < 0 else "not separable"


def value_verdict(
    published: float, new_run: Interval, p_holm: float, seeds: int, widest: float, rule: Rule
) -> Verdict:
    """The verdict on one published value, given where one new run falls.

    Inside an interval that reaches no farther than `widest` to either side it is reproduced;
    outside, and with a corrected p below the significance, contradicted.
    """
    if seeds < rule.fewest_seeds:
        return "not separable"
    if new_run.low <= published <= new_run.high:
        narrow = (new_run.high - new_run.low) / 2 <= widest
        return "reproduced" if narrow else "not separable"
    return "contradicted" if p_holm < rule.significance else "not separable"


def corrected(p_values: Mapping[str, float], families: Mapping[str, object]) -> dict[str, float]:
    """Holm's correction of each claim's p-value within its family."""
    adjusted: dict[str, float] = {}
    for family in dict.fromkeys(families[key] for key in p_values):
        members = [key for key in p_values if families[key] == family]
        adjusted |= zip(members, holm([p_values[key] for key in members]), strict=True)
    return adjusted
