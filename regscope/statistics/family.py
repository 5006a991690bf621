"""A family of comparisons: each cell held against another, corrected over all, with a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from regscope.statistics.firmness import Pair, firm
from regscope.statistics.paired import Comparison, compare
from regscope.statistics.verdicts import TOO_FEW, judged

CORRECTED = {"p_value": "p_holm", "p_equal": "p_equal_holm"}

STATISTICS = tuple(
    name
    for field in fields(Comparison)
    if field.name != "seeds"
    for name in (field.name, CORRECTED.get(field.name))
    if name
)
"""What a row of `compare_family` has besides `seeds`, `verdict` and `firm`, as tables order it."""


def compare_family(
    family: Sequence[Pair], higher_is_better: bool | None = True, matters: float | None = None
) -> list[dict[str, Any]]:
    """Of each pair a row: `seeds`, STATISTICS, `verdict`, and `firm` as `firmness.firm` has it.

    All are of one measure, of which more is better or not (as `verdict` takes it); Holm's
    correction is over the family, and `matters` its smallest difference worth having. A pair
    without a seed is not counted there, and its row says 0 `seeds` and the verdict alone.
    """
    counted = [pair for pair in family if len(pair.seeds)]
    comparisons = [
        compare(pair.cell, pair.other, higher_is_better is not False, len(counted), matters)
        for pair in counted
    ]
    rows = (
        asdict(comparison) | found | {"firm": stays}
        for comparison, found, stays in zip(
            comparisons,
            judged(comparisons, higher_is_better),
            firm(counted, higher_is_better, matters),
            strict=True,
        )
    )
    return [next(rows) if len(pair.seeds) else {"seeds": 0, "verdict": TOO_FEW} for pair in family]
