"""The verdicts on published claims, as the pages show them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from regscope import paths
from regscope.claims.rule import VERDICTS
from regscope.report.render import Cell, Table

MEANINGS = {
    "reproduced": "the direction is as claimed, and the size fits what is printed",
    "same direction": "the direction is as claimed, the size is not",
    "not separable": "the seeds cannot tell",
    "contradicted": "the seeds show the opposite of what is claimed",
    "not run": "no results to hold it against",
}

DECIDED = ("reproduced", "same direction", "contradicted")
"""The verdicts that say something about a claim; pages without folds list these claims."""

Claims = Sequence[Mapping[str, Any]]


def load_claims() -> tuple[Mapping[str, Any], ...]:
    """Every judged claim, in the order of claims.yaml; none where they were not judged."""
    if not paths.CLAIMS.is_file():
        return ()
    return tuple(json.loads(paths.CLAIMS.read_text())["claims"])


def counts(claims: Claims) -> dict[str, int]:
    """`{verdict: number of claims}`, in the order of the rule's VERDICTS."""
    return {verdict: sum(claim["verdict"] == verdict for claim in claims) for verdict in VERDICTS}


def held_against(claims: Claims) -> str:
    """How many there are and how many were judged."""
    judged = sum(claim["verdict"] != "not run" for claim in claims)
    if judged == len(claims):
        return f"{judged} published claim{'' if judged == 1 else 's'} compared with the seeds"
    others = "other" if len(claims) - judged == 1 else "others"
    compared = f"{judged} of {len(claims)} published claims compared with the seeds"
    return f"{compared}, the {others} not run"


def counts_table(claims: Claims) -> Table:
    """How many claims got which verdict, and what it means."""
    return Table(
        held_against(claims),
        ("Verdict", "Claims", "Meaning"),
        tuple(
            (Cell(verdict), Cell(str(number)), Cell(MEANINGS[verdict]))
            for verdict, number in counts(claims).items()
        ),
        frozenset({0, 2}),
    )
