"""Published claims and their verdicts as a table, from the entries of metrics/claims.json."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from regscope.claims.measures import Measure, parse
from regscope.report.columns import on_edge, uncorrected
from regscope.report.formats import DASH, EDGE, UNCORRECTED, fixed, p_value, percent, points
from regscope.report.render import Cell, Table
from regscope.report.verdicts import RESERVES, counts, firm_counts, readings
from regscope.statistics import EQUAL

Claims = Sequence[Mapping[str, Any]]
LEVELS = ("value", "at_least", "at_most")
SMALL = 0.01
"""A difference below a hundredth of its level is shown as what it is, whatever its verdict.

Of an accuracy the level is the error: a tenth of a point is little where ten points are wrong, and
much where one is.
"""
_UNDECIDABLE = ("seeds cannot decide this", "tables cannot decide this")
_OR = "; or: "
_SAID = {"not at the strength assumed": ("Strength assumed",)}
"""The reserves that a verdict names itself."""


def claims_table(claims: Claims) -> Table:
    """Every claim with its verdict, what its document printed and what the seeds say, in the order
    given.

    A sentence with several readings is one row, each entry of which tells of all.
    """
    titles = {claim["document"].partition("_")[0]: claim["title"] for claim in claims}
    sources = "; ".join(f"{number} is {title}" for number, title in sorted(titles.items()))
    return Table(
        f"Published claims, held against our seeds. Sources: {sources or DASH}",
        (
            "Claim",
            "Verdict",
            "Reported",
            "Measured [95 % interval]",
            "Holm p",
            "Measured by",
            "Source",
        ),
        tuple(_row(claim) for claim in claims),
        frozenset({0, 1, 3, 5, 6}),
        tuple(anchor(claim) for claim in claims),
    )


def corrections_table(claims: Claims) -> Table:
    """Of every claim that was run the family of its p, and both corrections."""
    return Table(
        "Every p, corrected over its family, and q over all claims",
        ("Claim", "Corrected over", "Holm p", "q over all claims"),
        tuple(
            (
                Cell(claim["statement"]),
                _told(claim, lambda reading: reading["family"] or DASH),
                _told(claim, lambda reading: _p(reading["p_holm"])),
                _told(claim, lambda reading: _p(reading["q"])),
            )
            for claim in claims
            if claim["verdict"] != "not run"
        ),
        frozenset({0, 1}),
    )


def over_tables(claim: Mapping[str, Any]) -> bool:
    """Whether it is about all tables with advice, and no study alone."""
    measure = parse(claim["measure"])
    return measure is not None and measure.counts_tables


def tables_of(claim: Mapping[str, Any]) -> str:
    """How many there are."""
    count: int = claim["seeds"]
    return f"{count} table{'s' * (count != 1)}"


def departures(claims: Claims) -> list[str]:
    """Of each document, where it states a setting and ours is another."""
    told = {(claim["title"], claim["departs"]): None for claim in claims if claim.get("departs")}
    return [f"Where {title} has another setting: {departs}." for title, departs in told]


def anchor(claim: Mapping[str, Any]) -> str:
    """The claim's name in addresses, on the start page and on its study's."""
    return f"claim-{claim['id']}"


def _row(claim: Mapping[str, Any]) -> tuple[Cell, ...]:
    return (
        Cell(claim["statement"]),
        Cell(_verdict(claim), claim["verdict"], edge=on_edge(claim)),
        _told(claim, reported),
        _told(claim, measured),
        _told(claim, lambda reading: _p(reading["p_holm"])),
        _told(claim, lambda reading: str(reading["measured_by"])),
        Cell(f"{claim['document'].partition('_')[0]}, {claim['section']}"),
    )


def _told(claim: Mapping[str, Any], entry: Callable[[Mapping[str, Any]], str]) -> Cell:
    """Of all its readings."""
    return Cell(_OR.join(entry(reading) for reading in readings(claim)))


def counts_line(claims: Claims) -> str:
    """How many claims have each verdict: `41 claims: 12 reproduced (9 firm), ...`."""
    given, firm = counts(claims), firm_counts(claims)
    counted = ", ".join(
        f"{number} {verdict} ({firm[verdict]} firm)"
        if verdict != "not run"
        else f"{number} not run"
        for verdict, number in given.items()
        if number
    )
    return f"{len(claims)} claim{'' if len(claims) == 1 else 's'}: {counted or 'none'}."


def _verdict(claim: Mapping[str, Any]) -> str:
    """With what a reader needs beside it: how small the effect is, and the reserves."""
    verdict = str(claim["verdict"])
    if verdict == "not run":
        return verdict
    beside = []
    if verdict == "depends on the reading":
        beside.append(_OR.join(reading["says"] for reading in readings(claim)))
    elif verdict == "undecided":
        beside += [why for why in _UNDECIDABLE if why in claim["note"]]
        beside += [UNCORRECTED] * outdone_by_correction(claim)
    elif verdict != EQUAL and (share := _share(claim)) < SMALL:
        of_what = "the error" if _is_accuracy(claim) else "it"
        beside.append(f"by {percent(share, 1) if share >= 0.0005 else '<0.1'} % of {of_what}")
    beside += [
        name.lower()
        for name, has in RESERVES.items()
        if has(claim) and name not in ("Else unstated", *_SAID.get(verdict, ()))
    ]
    beside += [EDGE] if on_edge(claim) else []
    return f"{verdict} ({', '.join(beside)})" if beside else verdict


def outdone_by_correction(claim: Mapping[str, Any]) -> bool:
    """Whether the claim is undecided though the interval of its difference leaves out 0."""
    measure = parse(claim["measure"])
    no_difference = measure is not None and (measure.table == "spread" or measure.counts_tables)
    if claim["comparison"] in (*LEVELS, "equal") or no_difference:
        return False
    return uncorrected(claim)


def _p(value: float | None) -> str:
    return DASH if value is None else p_value(value)


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


def reported(claim: Mapping[str, Any]) -> str:
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


def measured(claim: Mapping[str, Any], interval: bool = True) -> str:
    """The effect with its interval, of which comparison, and where a difference starts from."""
    if claim["effect"] is None:
        return DASH
    ends = f" {_ends(claim)}" if interval and claim["low"] is not None else ""
    decided = claim["decided_by"]
    several = len(claim["cell"]) * max(1, len(claim["against"])) > 1
    pair = " against ".join(filter(None, (decided["cell"], decided["against"])))
    whose = f" ({pair})" if several else ""
    if claim["comparison"] == "value":
        shift = claim["shift"]
        seen = f"; a shift of {_shift(claim, shift)} would be seen" if shift else ""
        whose = f" (one new run{seen})"
    return f"{_number(claim, claim['effect'])}{_unit(claim)}{ends}{_origin(claim)}{whose}"


def interval(claim: Mapping[str, Any]) -> str:
    """The effect's, with its unit; DASH where there is none."""
    if claim["effect"] is None or claim["low"] is None:
        return DASH
    return f"{_ends(claim)}{_unit(claim)}"


def _ends(claim: Mapping[str, Any]) -> str:
    return f"[{_number(claim, claim['low'])}, {_number(claim, claim['high'])}]"


def _shift(claim: Mapping[str, Any], shift: float) -> str:
    measure = parse(claim["measure"])
    return f"{percent(shift)} points" if measure and measure.is_fraction else f"{shift:.2g}"


def _origin(claim: Mapping[str, Any]) -> str:
    """The level that a difference starts from, or how many tables there are: without it a size
    says nothing."""
    measure = parse(claim["measure"])
    if over_tables(claim):
        return f" of {tables_of(claim)}"
    level = claim.get("against_mean")
    if level is None:
        return ""
    return f" from {percent(level)} %" if measure and measure.is_fraction else f" from {level:.3g}"


def _number(claim: Mapping[str, Any], value: float) -> str:
    measure = parse(claim["measure"]) or Measure("seeds", claim["measure"])
    level = claim["comparison"] in LEVELS
    if measure.table == "spread":
        return f"×{fixed(value, 2)}"
    if measure.counts_tables:
        return percent(value, 0)
    if measure.is_fraction:
        return percent(value) if level else points(value)
    # Three significant digits of the largest, and the same number of decimals for all.
    size = max(abs(claim[key] or 0) for key in ("effect", "low", "high", "reported_effect"))
    decimals = min(6, max(0, 2 - math.floor(math.log10(size)))) if size else 0
    return fixed(value, decimals, signed=not level)


def _unit(claim: Mapping[str, Any]) -> str:
    measure = parse(claim["measure"])
    if over_tables(claim):
        return " %"
    if measure is None or not measure.is_fraction:
        return " errors" if measure and measure.table == "confused" else ""
    return " %" if claim["comparison"] in LEVELS else " points"
