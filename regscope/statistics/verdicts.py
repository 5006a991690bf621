"""From numbers to words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from regscope.statistics.corrections import holm
from regscope.statistics.levels import FEWEST_SEEDS, MOST_SEEDS, SIGNIFICANCE
from regscope.statistics.paired import Comparison

EQUAL = "no difference that matters"
UNDECIDED = "undecided"
TOO_FEW = "too few seeds"

LEFT_OUT = "left out"
"""In place of a verdict, where the strength chosen is 0: nothing is then held against anything."""

VERDICTS = ("better", "worse", "higher", "lower", EQUAL, UNDECIDED, TOO_FEW)
"""All that a comparison may come to, answers first."""


def verdict(
    comparison: Comparison,
    p_holm: float,
    higher_is_better: bool | None = True,
    p_equal_holm: float | None = None,
) -> str:
    """One of VERDICTS.

    EQUAL where the difference is `negligible`, also where it is `separable`. Else `better` or
    `worse` where it is separable; `higher` or `lower` of a measure in which neither direction is
    better by itself (`higher_is_better` None). Else UNDECIDED; below FEWEST_SEEDS seeds TOO_FEW.
    """
    if comparison.seeds < FEWEST_SEEDS:
        return TOO_FEW
    if negligible(comparison, p_equal_holm):
        return EQUAL
    if not separable(comparison, p_holm):
        return UNDECIDED
    higher = comparison.difference > 0
    if higher_is_better is None:
        return "higher" if higher else "lower"
    return "better" if higher == higher_is_better else "worse"


def holm_of_family(family: Sequence[Comparison]) -> list[tuple[float, float | None]]:
    """Of each comparison `p_holm` and `p_equal_holm`, by Holm's method over the family.

    The tests of a difference and those of equality are families of their own. All have a margin or
    none has, and `p_equal_holm` is None then.
    """
    different = holm([one.p_value for one in family])
    margins = [one.p_equal for one in family if one.p_equal is not None]
    equal = holm(margins) if margins else [None] * len(family)
    return list(zip(different, equal, strict=True))


def judged(
    family: Sequence[Comparison], higher_is_better: bool | None = True
) -> list[dict[str, Any]]:
    """Of each comparison `p_holm` and `p_equal_holm` over the family, and so its `verdict`."""
    return [
        {
            "p_holm": p_holm,
            "p_equal_holm": p_equal_holm,
            "verdict": verdict(one, p_holm, higher_is_better, p_equal_holm),
        }
        for one, (p_holm, p_equal_holm) in zip(family, holm_of_family(family), strict=True)
    ]


def separable(comparison: Comparison, p_holm: float) -> bool:
    """FEWEST_SEEDS or more, an interval without 0, and a corrected p below SIGNIFICANCE."""
    return (
        comparison.seeds >= FEWEST_SEEDS
        and not comparison.low <= 0 <= comparison.high
        and p_holm < SIGNIFICANCE
    )


def negligible(comparison: Comparison, p_equal_holm: float | None) -> bool:
    """FEWEST_SEEDS or more, the interval inside ±matters, and the corrected p of two one-sided
    tests below SIGNIFICANCE; never without a margin."""
    matters = comparison.matters
    if matters is None or p_equal_holm is None or comparison.seeds < FEWEST_SEEDS:
        return False
    inside = -matters < comparison.low and comparison.high < matters
    return inside and p_equal_holm < SIGNIFICANCE


def equal_note(comparison: Comparison, p_holm: float, p_equal_holm: float | None) -> str:
    """Beside EQUAL: whether there is a difference all the same; '' where nobody knows."""
    if negligible(comparison, p_equal_holm) and separable(comparison, p_holm):
        return "certain, and too small to matter"
    return ""


def seeds_to_decide(comparison: Comparison) -> tuple[int | None, str]:
    """The fewest seeds that would decide, and what they would show.

    Either that there is a difference, if the true one is as large as the one seen, or that it does
    not matter, if it is truly as small. None where neither takes MOST_SEEDS or fewer.
    """
    ways = (
        (_known(comparison.seeds_needed), "to show the difference seen"),
        (_known(comparison.seeds_equal), "to show that it does not matter"),
    )
    found = [(seeds, reason) for seeds, reason in ways if seeds is not None]
    return min(found, key=lambda way: way[0]) if found else (None, "")


def undecided_note(comparison: Comparison, given: str, in_points: bool = True) -> str:
    """One sentence on what is wanting where the verdict `given` is no answer, and '' elsewhere.

    `in_points`: whether the measure is a fraction, told in percentage points.
    """
    if given == TOO_FEW:
        return f"{comparison.seeds} seeds decide nothing; {FEWEST_SEEDS} are the fewest that do."
    if given != UNDECIDED:
        return ""
    seeds, reason = seeds_to_decide(comparison)
    if seeds is None:
        wanted = f"more than {MOST_SEEDS:,} would be needed for the one seen."
    else:
        wanted = f"{seeds:,} would be needed {reason}."
    if math.isinf(comparison.detectable_difference):
        return f"These {comparison.seeds} seeds are all the same; {wanted}"
    detectable = _size(comparison.detectable_difference, in_points)
    return f"These {comparison.seeds} seeds can show differences from {detectable} on; {wanted}"


def _known(seeds: float | None) -> int | None:
    """Read back from a table, a missing number is nan."""
    return None if seeds is None or math.isnan(seeds) else int(seeds)


def _size(difference: float, in_points: bool) -> str:
    if not in_points:
        return f"{difference:.3g}"
    return f"{100 * difference:.2f} points" if difference >= 5e-5 else "less than 0.01 points"
