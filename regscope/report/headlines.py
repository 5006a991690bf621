"""Whether the documents' headlines were right, as questions with answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from regscope.report.answers import NO_ANSWER, answer
from regscope.report.claims_table import (
    anchor,
    interval,
    measured,
    outdone_by_correction,
    over_tables,
    tables_of,
)
from regscope.report.formats import DASH, EDGE, UNCORRECTED
from regscope.report.how_sure import OWN, seeds
from regscope.report.phrases import number_of
from regscope.report.questions import Question
from regscope.report.verdicts import OTHERWISE, RESERVES, Claims

CALLED = {"Else unstated": "some unstated"}
"""Reserves that a sentence calls otherwise than a table's heading."""

STATED = f"{OWN}, as the document states them"
TUNED = "each at its best"

Claim = Mapping[str, Any]


def headlines(claims: Claims) -> Iterator[Question]:
    """Of every document with a headline: whether it was right, with what the seeds say."""
    for claim in claims:
        if claim.get("headline"):
            statement = claim["statement"].rstrip(".")
            found = measured(claim, interval=False)
            effect = "" if found == DASH else f", {found}"
            note = f" ({UNCORRECTED})" * outdone_by_correction(claim)
            yield Question(
                f"document-{number_of(claim)}",
                f"Was the headline of “{claim['title']}” right?",
                (f"{answer(claim)}. “{statement}”: {claim['verdict']}{note}{effect}.",),
                _sure(claim),
                () if over_tables(claim) else (claim["study"],),
                anchor(claim),
            )


def _sure(claim: Claim) -> str:
    """In the order of `how_sure`; of what was not run there is nothing to say."""
    if claim.get("seeds") is None:
        return "not tested"
    ends = interval(claim)
    of_what = " of one new run" * (claim["comparison"] == "value")
    over = over_tables(claim)
    return "; ".join(
        (
            _firmness(claim),
            "means over seeds" if over else seeds([claim["seeds"]]),
            "no interval" if ends == DASH else f"95 % interval{of_what} {ends}",
            _settings(claim),
            tables_of(claim) if over else "one study",
        )
    )


def _firmness(claim: Claim) -> str:
    """Where the seeds cannot tell, that may be firm, too."""
    is_open = answer(claim) in NO_ANSWER
    if claim["firm"]:
        return "firmly open" if is_open else "firm"
    if claim["firm"] is False:
        return f"open, on the {EDGE}" if is_open else f"on the {EDGE}"
    return f"too few {'tables' if over_tables(claim) else 'seeds'} to tell"


def _settings(claim: Claim) -> str:
    """Whether they are the document's, and the reserves."""
    has = [CALLED.get(name, name.lower()) for name, holds in RESERVES.items() if holds(claim)]
    own = any(RESERVES[name](claim) for name in OTHERWISE)
    settings = TUNED if over_tables(claim) else OWN if own else STATED
    return ", ".join((settings, *has))
