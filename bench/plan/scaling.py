"""A scenario on ever more workers: time, utilization, and what keeps it from being faster."""

from __future__ import annotations

from statistics import median
from typing import Any

from bench.plan.costs import DAY, INTERRUPTIONS, OFTEN, costs
from bench.plan.play import play
from bench.plan.recorded import Record
from bench.plan.scenarios import WORKERS, Scenario
from bench.plan.simulate import Planned, planned
from bench.plan.times import times

DRAWS = 5

WORK, LONGEST, START = "work", "longest stack", "start"
"""What limits: the sum of all stacks over all workers; the longest one; all before the first."""


def scaled(record: Record, scenario: Scenario) -> dict[str, Any]:
    return {
        "title": scenario.title,
        "studies": len(scenario.studies),
        "cells": sum(len(study.cells) for study in scenario.studies.values()),
        "networks": scenario.networks,
        "estimated": sorted(times(record).estimated & set(scenario.studies)),
        "rows": [row(record, scenario, workers) for workers in WORKERS],
    }


def row(record: Record, scenario: Scenario, workers: int) -> dict[str, Any]:
    """Seconds where nothing is drawn are `even`, and `by_seconds` where the longest stack by its
    seconds, not by operations, trains first; `seconds` are of DRAWS draws without failures, and
    `failing` by interruptions a machine and day."""
    plan = planned(record, scenario, workers)
    sooner = sorted(plan.tasks, key=lambda task: -task.seconds)
    return {
        "workers": workers,
        "used": plan.used,
        "stacks": len(plan.tasks),
        "even": plan.seconds,
        "by_seconds": plan.before + play(sooner, plan.used, costs(record, scenario)).seconds,
        "utilization": plan.utilization,
        "bounds": bounds(plan),
        "limit": limit(bounds(plan)),
        "seconds": _drawn(record, scenario, plan, 0.0),
        "failing": [
            {"a_day": a_day, "seconds": _drawn(record, scenario, plan, a_day),
             "expected": expected(record, plan, a_day)}
            for a_day in (INTERRUPTIONS, OFTEN)
        ],
    }  # fmt: skip


def bounds(plan: Planned) -> dict[str, float]:
    """Seconds that no order could do without, and those until the last worker trains."""
    first: dict[int, float] = {}
    for span in plan.played.spans:
        first[span.worker] = min(span.begin, first.get(span.worker, span.begin))
    return {
        WORK: plan.work / plan.workers,
        LONGEST: plan.longest,
        START: max(first.values()),
    }


def limit(bounds: dict[str, float]) -> str:
    return max(bounds, key=lambda name: bounds[name])


def expected(record: Record, plan: Planned, a_day: float) -> float:
    """Interruptions of the workers in use."""
    machines: float = plan.used / record["machine"]["cores"]
    return a_day / DAY * machines * plan.seconds


def _drawn(record: Record, scenario: Scenario, plan: Planned, a_day: float) -> list[float]:
    """The middle, the shortest and the longest of DRAWS."""
    paid = costs(record, scenario, a_day)
    found = [plan.again(paid, seed) for seed in range(DRAWS)]
    return [median(found), min(found), max(found)]
