"""Whether the measured size is the one that a document reports or promises."""

from __future__ import annotations

from regscope.claims.checks import DIRECTED
from regscope.claims.evidence import Pair
from regscope.claims.schema import Claim


def reported_effect(claim: Claim, pair: Pair) -> float | None:
    """What the document's own figures give for this comparison; None where it prints none."""
    of_cell = claim.reported.get(pair.cell)
    if pair.against is None:
        return of_cell
    of_other = claim.reported.get(pair.against)
    return None if of_cell is None or of_other is None else of_cell - of_other


def size_fits(claim: Claim, pair: Pair) -> bool:
    """Whether the measured size is the promised one, and the reported one that of a new run."""
    if claim.at_least is not None and pair.finding.oriented.mean < claim.at_least:
        return False
    reported, expected = reported_effect(claim, pair), pair.finding.new_run
    if reported is None or expected is None or not claim.sizes_compare:
        return True
    if claim.comparison not in DIRECTED or claim.parsed.table == "spread":
        return True
    return expected.low <= reported <= expected.high


def size_note(claim: Claim, pair: Pair) -> str:
    expected = pair.finding.new_run
    if claim.at_least is not None and pair.finding.oriented.mean < claim.at_least:
        return f"smaller than the promised {claim.at_least:g}"
    assert expected is not None
    return f"new single runs would differ by {expected.low:.3g} to {expected.high:.3g}"
