"""From numbers to words."""

from __future__ import annotations

import math

from regscope.statistics.levels import FEWEST_SEEDS, MOST_SEEDS, SIGNIFICANCE
from regscope.statistics.paired import Comparison


def verdict(comparison: Comparison, p_holm: float, higher_is_better: bool | None = True) -> str:
    """`better`, `worse`, `not separable` or, below FEWEST_SEEDS seeds, `too few seeds`.

    `higher_is_better` is None of a measure in which neither direction is better by itself: it is
    `higher` or `lower` then. Anything but `not separable` and `too few seeds` needs both: an
    interval without 0 and a corrected p below SIGNIFICANCE.
    """
    if comparison.seeds < FEWEST_SEEDS:
        return "too few seeds"
    if comparison.low <= 0 <= comparison.high or p_holm >= SIGNIFICANCE:
        return "not separable"
    higher = comparison.difference > 0
    if higher_is_better is None:
        return "higher" if higher else "lower"
    return "better" if higher == higher_is_better else "worse"


def undecided_note(comparison: Comparison, in_points: bool = True) -> str:
    """One sentence where the seeds are too few to decide by themselves, and '' elsewhere.

    It goes by the interval alone: whether Holm's correction takes a difference back depends on
    the other cells. `in_points`: whether the measure is a fraction, told in percentage points.
    """
    if comparison.seeds < FEWEST_SEEDS:
        return f"{comparison.seeds} seeds decide nothing; {FEWEST_SEEDS} are the fewest that do."
    if not comparison.low <= 0 <= comparison.high:
        return ""
    if comparison.difference == 0 == comparison.detectable_difference:
        return ""
    detectable = _size(comparison.detectable_difference, in_points)
    # Read back from a table, a missing number is nan.
    needed = comparison.seeds_needed
    if needed is None or math.isnan(needed):
        wanted = f"more than {MOST_SEEDS:,}"
    else:
        wanted = f"{int(needed):,}"
    return (
        f"These {comparison.seeds} seeds can show differences from {detectable} on; {wanted} would"
        " be needed for the one seen."
    )


def _size(difference: float, in_points: bool) -> str:
    if not in_points:
        return f"{difference:.3g}"
    return f"{100 * difference:.2f} points" if difference >= 5e-5 else "less than 0.01 points"
