"""What each verdict on a published claim means, with a claim of the results here that got it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from regscope.report.claims_table import measured, reported
from regscope.report.formats import DASH
from regscope.report.render import Cell, Table
from regscope.report.verdicts import MEANINGS

Claims = Sequence[Mapping[str, Any]]


def claim_examples(claims: Claims) -> Table:
    """A row a verdict: what it says, and the first claim that got it, firmly where one did."""
    return Table(
        "Verdicts on claims",
        ("Verdict", "What it says", "For example", "Reported", "Measured [95 % interval]", "Firm"),
        tuple(
            (Cell(verdict, verdict), Cell(meaning), *_example(claims, verdict))
            for verdict, meaning in MEANINGS.items()
        ),
        frozenset({0, 1, 2, 5}),
    )


def _example(claims: Claims, verdict: str) -> Iterator[Cell]:
    given = [claim for claim in claims if claim["verdict"] == verdict]
    shown = sorted(given, key=lambda claim: not claim["firm"])[:1]
    if not shown:
        yield from [Cell(DASH)] * 4
        return
    (claim,) = shown
    yield Cell(f"{claim['statement']} ({claim['id']})")
    yield Cell(reported(claim))
    yield Cell(measured(claim))
    yield Cell({True: "yes", False: "no", None: DASH}[claim["firm"]])
