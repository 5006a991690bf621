"""Published claims and their verdicts as a table, from the entries of metrics/claims.json."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from regscope.claims.measures import Measure, parse
from regscope.claims.rule import VERDICTS
from regscope.report.formats import DASH, fixed, p_value, percent, points
from regscope.report.render import Cell, Table

Claims = Sequence[Mapping[str, Any]]
LEVELS = ("value", "at_least", "at_most")
SMALL = 0.01
"""A difference below a hundredth of its level is shown as what it is, whatever its verdict.

Of an accuracy the level is the error: a tenth of a point is little where ten points are wrong, and
much where one is.
"""
_UNDECIDABLE = "seeds cannot decide this"


def claims_table(claims: Claims) -> Table:
    """Every claim with what its document printed and what the seeds say, in the order given."""
    titles = {claim["document"].partition("_")[0]: claim["title"] for claim in claims}
    sources = "; ".join(f"{number} is {title}" for number, title in sorted(titles.items()))
    return Table(
        f"Published claims, held against our seeds. Sources: {sources or DASH}",
        ("Source", "Claim", "Measured by", "Reported", "Measured [95 % interval]", "Verdict"),
        tuple(
            (
                Cell(f"{claim['document'].partition('_')[0]}, {claim['section']}"),
                Cell(claim["statement"]),
                Cell(claim["measured_by"]),
                Cell(_reported(claim)),
                Cell(_measured(claim)),
                Cell(_verdict(claim), claim["verdict"]),
            )
            for claim in claims
        ),
        frozenset({0, 1, 2, 5}),
    )


def counts_line(claims: Claims) -> str:
    """How many claims have each verdict: `41 claims: 12 reproduced, 3 not separable, ...`."""
    found = Counter(claim["verdict"] for claim in claims)
    counted = ", ".join(f"{found[verdict]} {verdict}" for verdict in VERDICTS if found[verdict])
    return f"{len(claims)} claim{'' if len(claims) == 1 else 's'}: {counted or 'none'}."


def _verdict(claim: Mapping[str, Any]) -> str:
    """With what a reader needs beside it: the corrected p, how small the effect is."""
    verdict = str(claim["verdict"])
    if verdict == "not run":
        return verdict
    beside = []
    if verdict == "not separable":
        beside.append(_undecided(claim))
        beside += [_UNDECIDABLE for note in (claim["note"],) if _UNDECIDABLE in note]
    elif (share := _share(claim)) < SMALL:
        of_what = "the error" if _is_accuracy(claim) else "it"
        beside.append(f"by {percent(share, 1) if share >= 0.0005 else '<0.1'} % of {of_what}")
    beside += ["strength assumed" for note in (claim["note"],) if "strength assumed" in note]
    return f"{verdict} ({', '.join(beside)})" if beside else verdict


def _undecided(claim: Mapping[str, Any]) -> str:
    """Why: a printed value inside an interval that is too wide to confirm it, or the p."""
    # One seed has no interval.
    value = claim["comparison"] == "value" and claim["low"] is not None
    if value and claim["low"] <= claim["reported_effect"] <= claim["high"]:
        return "inside, in an interval too wide to tell"
    return f"corrected p {p_value(claim['p_holm'])}"


def _share(claim: Mapping[str, Any]) -> float:
    """How large a difference is beside the level that it starts from; infinite without one."""
    level = claim.get("against_mean")
    if level is not None and _is_accuracy(claim):
        level = 1 - level
    if not level or claim["comparison"] in ("value", "equal"):
        return math.inf
    return float(abs(claim["effect"] / level))


def _is_accuracy(claim: Mapping[str, Any]) -> bool:
    return str(claim["measure"]).rpartition(".")[2].endswith("accuracy")


def _reported(claim: Mapping[str, Any]) -> str:
    """What is comparable with the measured effect; without results, all printed figures."""
    if claim["reported_effect"] is not None:
        return _number(claim, claim["reported_effect"]) + _unit(claim)
    measure = parse(claim["measure"])
    if claim["effect"] is not None or not claim["reported"]:
        return DASH
    return ", ".join(
        f"{reg} {percent(value)} %" if measure and measure.is_fraction else f"{reg} {value:g}"
        for reg, value in claim["reported"].items()
    )


def _measured(claim: Mapping[str, Any]) -> str:
    if claim["effect"] is None:
        return DASH
    known = claim["low"] is not None
    ends = f" [{_number(claim, claim['low'])}, {_number(claim, claim['high'])}]" if known else ""
    decided = claim["decided_by"]
    several = len(claim["cell"]) * max(1, len(claim["against"])) > 1
    pair = " against ".join(filter(None, (decided["cell"], decided["against"])))
    whose = f" ({pair})" if several else ""
    if claim["comparison"] == "value":
        whose = " (one new run)"
    return f"{_number(claim, claim['effect'])}{_unit(claim)}{ends}{_origin(claim)}{whose}"


def _origin(claim: Mapping[str, Any]) -> str:
    """The level that a difference starts from, without which its size says nothing."""
    level = claim.get("against_mean")
    if level is None:
        return ""
    measure = parse(claim["measure"])
    return f" from {percent(level)} %" if measure and measure.is_fraction else f" from {level:.3g}"


def _number(claim: Mapping[str, Any], value: float) -> str:
    measure = parse(claim["measure"]) or Measure("seeds", claim["measure"])
    level = claim["comparison"] in LEVELS
    if measure.table == "spread":
        return f"×{fixed(value, 2)}"
    if measure.is_fraction:
        return percent(value) if level else points(value)
    # Three significant digits of the largest, and the same number of decimals for all.
    size = max(abs(claim[key] or 0) for key in ("effect", "low", "high", "reported_effect"))
    decimals = min(6, max(0, 2 - math.floor(math.log10(size)))) if size else 0
    return fixed(value, decimals, signed=not level)


def _unit(claim: Mapping[str, Any]) -> str:
    measure = parse(claim["measure"])
    if measure is None or not measure.is_fraction:
        return " errors" if measure and measure.table == "confused" else ""
    return " %" if claim["comparison"] in LEVELS else " points"
