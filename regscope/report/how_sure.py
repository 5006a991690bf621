"""How sure an answer is, in one line of one form.

Five things in this order, whatever is asked: how many of the verdicts that the answer rests on are
firm; how many seeds these have; the 95 % interval, of several the least sure one; whose settings
they are for, and what is left when tuned; how many studies, of how many data sets.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.columns import comparisons
from regscope.report.measured import BY_KEY, Measure
from regscope.report.phrases import interval_of, noted
from regscope.report.sections import Section
from regscope.report.standings import Standing, decided
from regscope.statistics import EQUAL, Interval

HOW_SURE = "How sure:"
"""Before the line, on every page."""

OWN = "study settings"
VERDICTS = ("better", "worse", EQUAL)
"""In the order in which they are counted."""


@dataclass(frozen=True)
class Rest:
    """One verdict that an answer rests on: of a cell in a study.

    firm: whether it says something, firmly; what is undecided or on the edge is open. verdict: how
    the firm ones are counted, where they are not all alike.
    """

    study: str
    data_set: str
    firm: bool
    seeds: int
    verdict: str = ""


@dataclass(frozen=True)
class Shown:
    """An interval of something that the answer names: of what, and how it is written.

    `bound` is what it must leave out for the answer to hold.
    """

    of: str
    text: str
    interval: Interval
    bound: float = 0.0

    @property
    def doubt(self) -> float:
        """The interval's half width in ways from the mean to the bound: 1 reaches it."""
        reach = self.interval.high - self.interval.mean
        way = abs(self.interval.mean - self.bound)
        return reach / way if way else math.inf


def how_sure(rests: Sequence[Rest], intervals: Sequence[Shown], settings: str, studies: int) -> str:
    """The line, of one verdict or more; `studies`: how many there are to be asked."""
    counts = [rest.seeds for rest in rests]
    return "; ".join(
        (
            firmness(rests),
            seeds(counts),
            least_sure(intervals, of_one=len(rests) == 1),
            settings,
            breadth(rests, studies),
        )
    )


def sure_of(
    sections: Mapping[str, Section], first: Sequence[Standing], found: Sequence[Standing]
) -> str:
    """The line of those of `found` that are better most often; of all, where none is better."""
    about = first or found
    return how_sure(
        list(rests_of(sections, [one.reg for one in about])),
        list(gains(sections, first)),
        settings_of(about, found),
        len(sections),
    )


def firmness(rests: Sequence[Rest]) -> str:
    """How many verdicts are firm, and which; of studies where each has one."""
    firm = sum(rest.firm for rest in rests)
    if len(rests) == 1:
        return "firm" if firm else "open"
    of_what = "studies" if len({rest.study for rest in rests}) == len(rests) else "comparisons"
    which = Counter(rest.verdict for rest in rests if rest.firm and rest.verdict)
    named = ", ".join(f"{which[one]} {one}" for one in VERDICTS if one in which)
    count = f"all {firm}" if firm == len(rests) else f"{firm or 'none'} of {len(rests)}"
    return f"firm in {count} {of_what}{noted(named)}"


def seeds(counts: Sequence[int]) -> str:
    fewest, most = min(counts), max(counts)
    if fewest < most:
        return f"{fewest} to {most} seeds"
    return f"{most} seed{'s' * (most != 1)}"


def least_sure(intervals: Sequence[Shown], of_one: bool = False) -> str:
    """The interval that takes most of the way to what would turn the answer, and whose it is."""
    if not intervals:
        return "no interval, as no method is firmly better"
    first = max(intervals, key=lambda one: one.doubt)
    if of_one:
        return f"95 % interval {first.text}"
    if len(intervals) == 1:
        return f"95 % interval {first.text} ({first.of})"
    if len({one.text for one in intervals}) == 1:
        return f"95 % intervals all {first.text}"
    return f"least sure 95 % interval {first.text} ({first.of})"


def breadth(rests: Sequence[Rest], studies: int) -> str:
    """How many studies, of how many data sets: studies of one data set are not independent."""
    data_sets = {rest.study: rest.data_set for rest in rests}
    if len(data_sets) == 1:
        return "one study"
    count = f"{len(data_sets)} of {studies}" if len(data_sets) < studies else str(studies)
    different = len(set(data_sets.values()))
    return f"{count} studies, {different} data set{'s' * (different > 1)}"


def settings_of(found: Sequence[Standing], everyone: Sequence[Standing] = ()) -> str:
    """That the methods were compared at the studies' own settings, and what is better tuned.

    Of one method, who of `everyone` is better in more studies then is named, too.
    """
    tried = {name for one in found for name in one.tried}
    if not tried:
        return f"{OWN}, not tuned"
    count = "1 study" if len(tried) == 1 else f"{len(tried)} studies"
    if len(found) > 1:
        better = [_tuned(one) for one in found if one.better_there]
        return f"{OWN}, and tuned in {count}: better {joined(better) or 'in none'}"
    names = found[0].better_there
    ahead = [_tuned(one) for one in everyone if len(one.better_there) > len(names)]
    told = f"{len(names)} ({joined(names)})" if names else "none"
    more = f", more often {joined(ahead)}" if ahead else ""
    return f"{OWN}, and tuned in {count}: better in {told}{more}"


def _tuned(one: Standing) -> str:
    return f"{display_name(one.reg)} in {joined(one.better_there)}"


def rests_of(sections: Mapping[str, Section], regs: Sequence[str]) -> Iterator[Rest]:
    """The verdicts on these methods in what every study is about."""
    for name, section in sections.items():
        compared = comparisons(section.results, section.results.primary)
        for reg in (reg for reg in regs if reg in compared):
            row = compared[reg]
            verdict, count = decided(row), int(row["seeds"])
            yield Rest(name, section.study.data.called, bool(verdict), count, verdict)


def gains(sections: Mapping[str, Section], found: Sequence[Standing]) -> Iterator[Shown]:
    """The intervals of all that is firmly better with these methods."""
    for one in found:
        for name in one.better:
            measure = BY_KEY[sections[name].results.primary]
            row = comparisons(sections[name].results, measure.key)[one.reg]
            whose = f"{display_name(one.reg)} in " * (len(found) > 1)
            yield shown(whose + name, row, measure)


def shown(of: str, row: Mapping[Any, Any], measure: Measure) -> Shown:
    """Of a row of comparisons."""
    mean, low, high = (float(row[key]) for key in ("difference", "low", "high"))
    return Shown(of, interval_of(row, measure), Interval(mean, low, high))
