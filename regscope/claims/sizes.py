"""Whether the measured sizes are those that a document reports."""

from __future__ import annotations

from collections.abc import Sequence

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


def reported_as_claimed(claim: Claim, pair: Pair) -> float | None:
    """`reported_effect` of a directed claim, positive where the figures point as it says."""
    reported = reported_effect(claim, pair)
    if reported is None or claim.comparison not in DIRECTED:
        return None
    return reported if claim.comparison in ("higher", "highest") else -reported


def size_fits(claim: Claim, pair: Pair) -> bool:
    """Whether the reported difference points as claimed and is one that a new run may show."""
    as_claimed = reported_as_claimed(claim, pair)
    if as_claimed is None:
        return True
    reported, expected = reported_effect(claim, pair), pair.finding.new_run
    if as_claimed <= 0:
        return False
    if expected is None or reported is None or not claim.sizes_compare:
        return True
    return expected.low <= reported <= expected.high


def size_note(claim: Claim, found: Sequence[Pair]) -> str:
    """Of the first comparison whose size does not fit, where one new run of each would fall."""
    pair = next(pair for pair in found if not size_fits(claim, pair))
    whose = f"{pair.cell} against {pair.against}: " if len(found) > 1 else ""
    expected = pair.finding.new_run
    if expected is None or not claim.sizes_compare:
        return ""
    return f"{whose}new single runs would differ by {expected.low:.3g} to {expected.high:.3g}"


def reported_note(claim: Claim, found: Sequence[Pair]) -> str:
    """Whether the document's own figures disagree with what it says."""
    sizes = [size for pair in found if (size := reported_as_claimed(claim, pair)) is not None]
    if any(size < 0 for size in sizes):
        return "the document's own figures point the other way"
    return "the document's own figures show no difference" if 0 in sizes else ""
