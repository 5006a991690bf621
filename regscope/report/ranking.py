"""Cells of a study in order of their test accuracy, as a chart's numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from regscope.params import BASELINE
from regscope.report.columns import comparisons, mean_and_half_width, on_edge, values
from regscope.report.formats import percent, points
from regscope.report.tables import BASELINE_VERDICT
from regscope.results import StudyResults
from regscope.statistics import Interval, mean_interval

MARGIN = 4.0


@dataclass(frozen=True)
class Bar:
    """One cell. `low`, `middle` and `high` are positions from 0 to 100 along the axis.

    `edge`: the verdict is not firm. `low` and `high` are None of one seed, which has no interval.
    """

    reg: str
    accuracy: str
    difference: str
    verdict: str
    low: float | None
    middle: float
    high: float | None
    edge: bool = False


@dataclass(frozen=True)
class Ranking:
    """`baseline` is a position; `first` and `last` label the ends of the axis, in percent."""

    bars: tuple[Bar, ...]
    baseline: float
    first: str
    last: str


def ranking(results: StudyResults, regs: Sequence[str]) -> Ranking:
    """The cells by mean test accuracy, best first, with their 95 % intervals.

    The axis runs from the lowest end of an interval to the highest, with a margin of MARGIN
    hundredths on both sides. A cell whose seeds are all hardly better than a guess would leave no
    room for the others: it stands at the axis' beginning.
    """
    measured = {reg: values(results, reg, "test_accuracy") for reg in regs if reg in results.cells}
    intervals = {reg: mean_interval(accuracies) for reg, accuracies in measured.items()}
    ends = {reg: _ends(interval) for reg, interval in intervals.items()}
    low = min(end[0] for reg, end in ends.items() if reg not in results.lost)
    high = max(end[1] for end in ends.values())
    width = (high - low) or 1.0

    span = 100 - 2 * MARGIN

    def place(value: float) -> float:
        return max(0.0, round(MARGIN + span * (value - low) / width, 2))

    compared = comparisons(results, "test_accuracy")
    bars = tuple(
        Bar(
            reg,
            mean_and_half_width(measured[reg], percent),
            points(compared[reg]["difference"]) if reg != BASELINE else "",
            str(compared[reg]["verdict"]) if reg != BASELINE else BASELINE_VERDICT,
            place(interval.low) if len(measured[reg]) > 1 else None,
            place(interval.mean),
            place(interval.high) if len(measured[reg]) > 1 else None,
            reg != BASELINE and on_edge(compared[reg]),
        )
        for reg, interval in sorted(intervals.items(), key=lambda entry: -entry[1].mean)
    )
    margin = width * MARGIN / span
    first, last = percent(low - margin, 1), percent(high + margin, 1)
    return Ranking(bars, place(intervals[BASELINE].mean), first, last)


def _ends(interval: Interval) -> tuple[float, float]:
    if math.isnan(interval.low):
        return interval.mean, interval.mean
    return interval.low, interval.high
