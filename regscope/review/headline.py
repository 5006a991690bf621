"""The one sentence that a comment begins with."""

from __future__ import annotations

from collections.abc import Sequence

from regscope.measures.catalog import ACCURACY
from regscope.report.measured import BY_KEY
from regscope.results import NO_BETTER
from regscope.review.cells import CellChange
from regscope.review.flips import Flip

KINDS = {
    "beyond": "beyond the seeds' noise",
    "within": "within the seeds' noise",
    "too few seeds": "of too few seeds to tell",
    "equal": "equal under other settings",
    "new": "new",
    "gone": "gone",
}
"""What a changed cell is (`CellChange.kind`), what weighs most first."""


def headline(
    changed: Sequence[CellChange], cells: int, flipped: Sequence[Flip], others: bool
) -> str:
    """`cells`: how many there are, new and gone ones included; `flipped`: verdicts; `others`:
    whether anything else differs, as other measures, settings or pictures."""
    if not changed and not flipped and not others:
        return f"Nothing changed: none of {cells} cells, and no verdict."
    verdicts = _flipped(flipped)
    if not changed:
        return f"None of {cells} cells changed in test accuracy; {verdicts}."
    if len(changed) == 1:
        return f"1 of {cells} cells changed: {_one(changed[0])}; {verdicts}."
    counts = [
        (sum(change.kind == kind for change in changed), words) for kind, words in KINDS.items()
    ]
    told = [f"{count} {words}" for count, words in counts if count]
    if len(told) == 1:
        told = [f"all {words}" for count, words in counts if count]
    return (
        f"{len(changed)} of {cells} cells changed: {', '.join(told)}{_largest(changed)};"
        f" {verdicts}."
    )


def _flipped(flipped: Sequence[Flip]) -> str:
    """`2 verdicts flipped, 1 of them firm`; silent of firmness where the old tree is."""
    count = len(flipped)
    told = {0: "no verdict", 1: "1 verdict"}.get(count, f"{count} verdicts") + " flipped"
    if all(flip.before.firm is None for flip in flipped):
        return told
    firm = sum(flip.firm for flip in flipped)
    return f"{told}, {firm or 'none'} of them firm"


def _one(change: CellChange) -> str:
    name = f"{change.study}/{change.cell}"
    if change.difference is None:
        return f"{name} is {change.kind}{_note(change)}"
    if change.kind == "equal":
        return f"{name}, {KINDS['equal']}"
    return f"{name}, {_size(change)}, {KINDS[change.kind]}{_note(change)}"


def _largest(changed: Sequence[CellChange]) -> str:
    beyond = [change for change in changed if change.kind == "beyond" and not change.guess]
    if not beyond:
        return ""
    # Of several measures the scales differ; accuracies go first.
    of_one = [change for change in beyond if change.measure == ACCURACY] or beyond
    largest = max(of_one, key=lambda change: abs(_mean(change)))
    return f"; largest: {largest.study}/{largest.cell}, {_size(largest)}"


def _size(change: CellChange) -> str:
    measure = BY_KEY[change.measure]
    return f"{measure.name} {measure.difference(_mean(change))}{' points' if measure.unit else ''}"


def _note(change: CellChange) -> str:
    return f", {NO_BETTER}" if change.guess else ""


def _mean(change: CellChange) -> float:
    return change.difference.interval.mean if change.difference else 0.0
