"""How long a stack of any cell takes here, by what was recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.plan.recorded import SAME, Record


@dataclass(frozen=True)
class Line:
    """Seconds of an epoch: `alone` for a stack of one seed, and `each` for every further one."""

    alone: float
    each: float

    def seconds(self, places: int) -> float:
        return self.alone + self.each * (places - 1)


@dataclass(frozen=True)
class Times:
    """By study and cell the seconds of an epoch, and by study those of a stack beside its epochs.

    `estimated` are studies of which a part of an epoch was timed, of one cell, for all.
    """

    epochs: Mapping[tuple[str, str], Line]
    fixed: Mapping[str, float]
    estimated: frozenset[str]

    def faster(self, factors: Mapping[str, float]) -> Times:
        """With each study's times multiplied."""
        return Times(
            {
                (study, reg): Line(line.alone * factors[study], line.each * factors[study])
                for (study, reg), line in self.epochs.items()
            },
            {study: seconds * factors[study] for study, seconds in self.fixed.items()},
            self.estimated,
        )


def times(record: Record, beside: bool = True) -> Times:
    """What the record's stacks come to: trained on every core at a time, or none `beside` one."""
    found = _beside(record)
    return found if beside else found.faster(one_at_a_time(record))


def _beside(record: Record) -> Times:
    epochs: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for study, reg, stack in told(record["beside"]["stacks"]):
        epochs[study, reg][stack["places"]] = an_epoch(stack)
    lines = {cell: _line(found) for cell, found in epochs.items()}
    parts = _parts(record)
    for study, line in parts.items():
        lines |= {(study, reg): line for reg in record["studies"][study]["cells"]}
    fixed = _fixed(record)
    estimated = set(parts)
    for study, timed in SAME.items():
        if timed in fixed:
            lines |= {(study, reg): lines[timed, reg] for reg in record["studies"][study]["cells"]}
            fixed[study] = fixed[timed]
            estimated |= {study} if timed in parts else set()
    return Times(lines, fixed, frozenset(estimated))


def one_at_a_time(record: Record) -> dict[str, float]:
    """By study how many times as long stacks take where no other trains beside them; of a study
    that was not trained so, the middle one of the others."""
    beside = {
        (study, reg, stack["places"]): an_epoch(stack)
        for study, reg, stack in told(record["beside"]["stacks"])
    }
    ratios = defaultdict(list)
    for study, reg, stack in told(record["alone"]["stacks"]):
        other = beside[study, reg, stack["places"]]
        ratios[study].append(an_epoch(stack) / other)
    found = {study: median(values) for study, values in ratios.items()}
    middle = median(found.values())
    return {study: found.get(study, middle) for study in record["studies"]}


def factors(record: Record) -> tuple[float, ...]:
    """Of the same stack, trained again and again, each time over the middle one."""
    seconds = [
        stack["seconds"] * busy(stack)
        for stack in record["copies"]["stacks"]
        if not stack["fresh"] and not stack["loads"]
    ]
    return tuple(sorted(value / median(seconds) for value in seconds))


def told(stacks: list[dict[str, Any]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Study, cell and what was recorded, by labels such as `digits 1/l2`."""
    for stack in stacks:
        name, _, reg = stack["label"].partition("/")
        yield name.split()[0], reg, stack


def busy(stack: Mapping[str, Any]) -> float:
    """Of a stack's time by the clock, how much it trained; the rest other programs had its core."""
    return min(1.0, float(stack["processor"] / stack["seconds"]))


def an_epoch(stack: Mapping[str, Any]) -> float:
    """Seconds of a processor, without the first; of a stack's only epoch, what comes before with
    it."""
    if stack["epochs"] == 1:
        return float(stack["first"] * busy(stack))
    later = stack["seconds"] - stack["first"] - stack["last"]
    return float(later / (stack["epochs"] - 1) * busy(stack))


def _line(found: Mapping[int, float]) -> Line:
    """By seconds of one seed, and of several where these train together."""
    most = max(found)
    return Line(found[1], (found[most] - found[1]) / (most - 1) if most > 1 else found[1])


def _parts(record: Record) -> dict[str, Line]:
    """Of a whole epoch by those of two parts of one, which have the same tests."""
    points: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    for study, _, stack in told(record["parts"]["stacks"]):
        train = int(stack["label"].partition("/")[0].split()[-1])
        points[study, stack["places"]][train] = an_epoch(stack)
    whole: dict[str, dict[int, float]] = defaultdict(dict)
    for (study, places), own in points.items():
        (less, short), (more, long) = sorted(own.items())
        an_example = (long - short) / (more - less)
        train = record["studies"][study]["train"]
        whole[study][places] = short + (train - less) * an_example
    return {study: _line(found) for study, found in whole.items()}


def _fixed(record: Record) -> dict[str, float]:
    """Of stacks on processes that had trained before; 0 where there was a single epoch."""
    found: dict[str, list[float]] = defaultdict(list)
    for study, _, stack in told(record["beside"]["stacks"] + record["parts"]["stacks"]):
        load = record["studies"][study]["load"] if stack["loads"] else 0.0
        beside = (stack["first"] + stack["last"]) * busy(stack) - an_epoch(stack) - load
        if stack["epochs"] == 1:
            found[study].append(0.0)
        elif not stack["fresh"]:
            found[study].append(max(0.0, beside))
    return {study: median(seconds) for study, seconds in found.items()}
