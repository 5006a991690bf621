"""Whether the measured sizes are those that a document reports."""

from __future__ import annotations

from collections.abc import Sequence

from regscope.claims.check import Check, Contrast, Directed
from regscope.claims.evidence import Pair


def reported_effect(check: Check, pair: Pair) -> float | None:
    """What the document's own figures give for this comparison; None where it prints none.

    Over tables the figures are on how many each is ahead of the other, equal ones of neither.
    """
    of_cell = check.printed.get(pair.cell)
    if pair.against is None:
        return of_cell
    of_other = check.printed.get(pair.against)
    if of_cell is None or of_other is None:
        return None
    return of_cell / (of_cell + of_other) if check.parsed.counts_tables else of_cell - of_other


def reported_as_claimed(check: Check, pair: Pair) -> float | None:
    """`reported_effect` of a directed claim, positive where the figures point as it says."""
    reported = reported_effect(check, pair)
    if reported is None or not isinstance(check, Directed):
        return None
    return check.sign * (reported - 0.5 if check.parsed.counts_tables else reported)


def size_fits(check: Check, pair: Pair) -> bool:
    """Whether the reported difference points as claimed and is one that a new run may show."""
    as_claimed = reported_as_claimed(check, pair)
    if as_claimed is None:
        return True
    reported, expected = reported_effect(check, pair), pair.finding.new_run
    if as_claimed <= 0:
        return False
    if expected is None or reported is None or not _sizes_compare(check):
        return True
    return expected.low <= reported <= expected.high


def _sizes_compare(check: Check) -> bool:
    return isinstance(check, Contrast) and check.sizes_compare


def size_note(check: Check, found: Sequence[Pair]) -> str:
    """Of the first comparison whose size does not fit, where one new run of each would fall."""
    pair = next(pair for pair in found if not size_fits(check, pair))
    whose = f"{pair.cell} against {pair.against}: " if len(found) > 1 else ""
    expected = pair.finding.new_run
    if expected is None or not _sizes_compare(check):
        return ""
    return f"{whose}new single runs would differ by {expected.low:.3g} to {expected.high:.3g}"


def reported_note(check: Check, found: Sequence[Pair]) -> str:
    """Whether the document's own figures disagree with what it says."""
    sizes = [size for pair in found if (size := reported_as_claimed(check, pair)) is not None]
    if any(size < 0 for size in sizes):
        return "the document's own figures point the other way"
    return "the document's own figures show no difference" if 0 in sizes else ""
