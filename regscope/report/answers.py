"""Whether a document's headline was right, in words that are no more certain than its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regscope.claims.rule import Settled
from regscope.report.formats import EDGE
from regscope.statistics import EQUAL

ANSWERS = {
    "reproduced": "Yes",
    "same direction": "In direction, not in size",
    "compatible, says little": "Open",
    EQUAL: "No, or not by an amount that matters",
    "undecided": "Open",
    "depends on the reading": "It depends on the reading",
    "not at the strength assumed": "Not at the strength assumed",
    "not in the setting assumed": "Not in the setting assumed",
    "contradicted": "No",
    "not run": "Not tested",
}
"""By the verdict on the claim; a plain no only where the document states its settings."""

NO_ANSWER = ("Open", "Not tested")
RESERVED: dict[Settled, str] = {
    "stated": "",
    "strength assumed": ", at the strength assumed",
    "unstated": ", in the setting assumed",
}
"""Behind the answer to EQUAL: at another strength it may matter."""

EXPLAINED = (
    "Yes where its claim is reproduced, no where it is contradicted in the setting that the"
    " document states. Where the document leaves that open, or ours departs from it, the answer is"
    " for the strength or the setting assumed. No, or not by an amount that matters, where there is"
    f" {EQUAL}. Open where the seeds cannot tell, or where most other values would fit as well. On"
    " the edge where the verdict is not firm."
)


def answer(claim: Mapping[str, Any]) -> str:
    """The answer to "was it right?", of an entry of metrics/claims.json."""
    given = ANSWERS[claim["verdict"]]
    if claim["verdict"] == EQUAL:
        given += RESERVED[_settled(claim)]
    # Of too few seeds nothing is known to be firm either.
    loose = given not in NO_ANSWER and not claim["firm"]
    return f"{given}, on the {EDGE}" if loose else given


def _settled(claim: Mapping[str, Any]) -> Settled:
    """What the document leaves open of the cells that decide any of its readings."""
    readings = [claim, *claim.get("other_readings", ())]
    deciding = {cell for one in readings for cell in (one["decided_by"] or {}).values()}
    if deciding & set(claim["assumed"]):
        return "strength assumed"
    return "unstated" if claim.get("unstated") or claim.get("departs") else "stated"
