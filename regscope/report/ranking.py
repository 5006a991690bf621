"""Cells of a study in order of its primary measure, as a chart's numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from regscope.report.columns import comparisons, on_edge, with_half_width
from regscope.report.formats import fixed
from regscope.report.measured import ACCURACY, BY_KEY, Measure
from regscope.report.tables import BASELINE_VERDICT
from regscope.results import StudyResults, told
from regscope.statistics import Interval
from regscope.study.params import BASELINE

MARGIN = 4.0


@dataclass(frozen=True)
class Bar:
    """One cell. `low`, `middle` and `high` are positions from 0 to 100 along the axis.

    `edge`: the verdict is not firm. `low` and `high` are None of one seed, which has no interval.
    `beyond`: its mean is not on the axis.
    """

    reg: str
    accuracy: str
    difference: str
    verdict: str
    low: float | None
    middle: float
    high: float | None
    edge: bool = False
    beyond: bool = False


@dataclass(frozen=True)
class Ranking:
    """`baseline` and `guess` are positions, the constant guess's None where the axis does not
    reach it; `first` and `last` label the ends of the axis, in the measure's unit."""

    bars: tuple[Bar, ...]
    baseline: float
    first: str
    last: str
    measure: Measure = ACCURACY
    guess: float | None = None


def ranking(results: StudyResults, regs: Sequence[str]) -> Ranking:
    """The cells by their mean in the primary measure, best first, with their 95 % intervals.

    The axis runs from the lowest end of an interval to the highest, with a margin of MARGIN
    hundredths on both sides. A cell whose seeds are all hardly better than a guess would leave no
    room for the others: it stands at the axis' beginning.
    """
    measure = BY_KEY[results.primary]
    intervals = {reg: results.intervals[reg][measure.key] for reg in regs if reg in results.cells}
    ends = [_ends(interval) for reg, interval in intervals.items() if reg not in results.lost]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    width = (high - low) or 1.0

    span = 100 - 2 * MARGIN

    def place(value: float) -> float:
        return min(100.0, max(0.0, round(MARGIN + span * (value - low) / width, 2)))

    margin = width * MARGIN / span
    compared = comparisons(results, measure.key)
    bars = tuple(
        Bar(
            reg,
            with_half_width(interval, measure.value),
            measure.difference(compared[reg]["difference"]) if reg != BASELINE else "",
            told(compared[reg]) if reg != BASELINE else BASELINE_VERDICT,
            None if math.isnan(interval.low) else place(interval.low),
            place(interval.mean),
            None if math.isnan(interval.high) else place(interval.high),
            reg != BASELINE and on_edge(compared[reg]),
            not low - margin <= interval.mean <= high + margin,
        )
        for reg, interval in sorted(
            intervals.items(),
            key=lambda entry: (1 if measure.less_is_better else -1) * entry[1].mean,
        )
    )
    decimals = max(measure.decimals - 1, 1)
    first, last = (fixed(measure.scale * end, decimals) for end in (low - margin, high + margin))
    guess = results.guessed(measure.key)
    shown = guess is not None and low - margin <= guess <= high + margin
    return Ranking(
        bars,
        place(intervals[BASELINE].mean),
        first,
        last,
        measure,
        place(guess) if guess is not None and shown else None,
    )


def _ends(interval: Interval) -> tuple[float, float]:
    if math.isnan(interval.low):
        return interval.mean, interval.mean
    return interval.low, interval.high
