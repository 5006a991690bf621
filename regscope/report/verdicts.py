"""The verdicts on published claims, as the pages show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from regscope.claims.rule import VERDICTS
from regscope.report.render import Cell, Table
from regscope.results.judged import read_claims
from regscope.statistics import SIGNIFICANCE

MEANINGS = {
    "reproduced": "as claimed, and the size fits what is printed; of a single value: inside where"
    " one new run falls, which leaves out most of the document's other values",
    "same direction": "the direction is as claimed, the size is not",
    "compatible, says little": "the single value lies inside where one new run falls, but so does"
    " most of what the document gives for other cells",
    "no difference that matters": "a difference is claimed, and what there is was shown to be"
    " smaller than what matters",
    "undecided": "no answer: the seeds cannot tell",
    "depends on the reading": "the sentence may be read in several ways, with different verdicts",
    "not at the strength assumed": "the seeds speak against it, at a strength that the document"
    " does not state",
    "not in the setting assumed": "the seeds speak against it, in a setting that the document does"
    " not state in full, or that departs from its",
    "contradicted": "the seeds speak against it, in the setting that the document states",
    "not run": "no results to hold it against",
}

Claims = Sequence[Mapping[str, Any]]

RESERVES: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "Strength assumed": lambda claim: bool(claim.get("assumed")),
    "Else unstated": lambda claim: bool(claim.get("unstated")),
    "Setting departs": lambda claim: bool(claim.get("departs")),
    "Can hardly fail": lambda claim: bool(claim.get("hardly_fails")),
    "Number set knowing results": lambda claim: bool(claim.get("set_knowing")),
}
"""What a reader must know of a claim before counting it."""

OTHERWISE = ("Strength assumed", "Else unstated", "Setting departs")
"""The reserves of what was not run in the setting that the document states."""


def load_claims() -> tuple[Mapping[str, Any], ...]:
    """Every judged claim, in the order of claims.yaml; none where they were not judged.

    Raises RegscopeError where the file is not as the stage `claims` wrote it.
    """
    return read_claims(VERDICTS)


def counts(claims: Claims) -> dict[str, int]:
    """`{verdict: number of claims}`, in the order of the rule's VERDICTS."""
    return {verdict: sum(claim["verdict"] == verdict for claim in claims) for verdict in VERDICTS}


def firm_counts(claims: Claims) -> dict[str, int]:
    """The same of those whose verdict is firm."""
    return counts([claim for claim in claims if claim.get("firm")])


def held_against(claims: Claims) -> str:
    """How many there are and how many were judged."""
    judged = sum(claim["verdict"] != "not run" for claim in claims)
    if judged == len(claims):
        return f"{judged} published claim{'' if judged == 1 else 's'} compared with the seeds"
    others = "other" if len(claims) - judged == 1 else "others"
    compared = f"{judged} of {len(claims)} published claims compared with the seeds"
    return f"{compared}, the {others} not run"


def headline(claims: Claims) -> str:
    """How many are reproduced, and how many of these count without a reserve."""
    held = [claim for claim in claims if claim["verdict"] == "reproduced"]
    firm = [claim for claim in held if claim.get("firm")]
    free = [claim for claim in firm if not any(has(claim) for has in RESERVES.values())]
    stated = [claim for claim in firm if not any(RESERVES[name](claim) for name in OTHERWISE)]
    return (
        f"{len(held)} of {len(claims)} are reproduced, {len(firm)} of these firmly:"
        f" {len(stated)} in a setting that the document states in full, and {len(free)} of those"
        " could well have failed, by a number that was set before results were known."
    )


def discoveries(claims: Claims) -> str:
    """How far the verdicts outlast a look at all of them together."""
    tested = [
        reading for claim in claims for reading in readings(claim) if reading.get("q") is not None
    ]
    decided = [reading for reading in tested if reading["p_holm"] < SIGNIFICANCE]
    below = sum(reading["q"] < SIGNIFICANCE for reading in decided)
    return (
        f"Each p is corrected by Holm's method within a family of its own. Over all {len(tested)}"
        f" readings that were tested, {below} of the {len(decided)} with a corrected"
        f" p below {SIGNIFICANCE} have a false discovery rate q below {SIGNIFICANCE}, too."
    )


def readings(claim: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The claim's own and the others, each with what it `says`."""
    return [claim, *claim.get("other_readings", ())]


def counts_table(claims: Claims) -> Table:
    """How many claims got which verdict, how many of these firmly, and with which reserves."""
    firm = firm_counts(claims)

    def row(verdict: str, number: int) -> tuple[Cell, ...]:
        given = [claim for claim in claims if claim["verdict"] == verdict]
        numbers = (number, firm[verdict], *(sum(map(has, given)) for has in RESERVES.values()))
        return Cell(verdict), *(Cell(str(one)) for one in numbers), Cell(MEANINGS[verdict])

    return Table(
        held_against(claims),
        ("Verdict", "Claims", "Firm", *RESERVES, "Meaning"),
        tuple(row(verdict, number) for verdict, number in counts(claims).items()),
        frozenset({0, 3 + len(RESERVES)}),
    )
