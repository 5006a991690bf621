"""What the simulation says of trainings that were measured too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from bench.plan.recorded import CHECKED, Record
from bench.plan.scenarios import Scenario, every_study
from bench.plan.simulate import planned

WITHIN = 0.1


def checked(record: Record) -> list[dict[str, Any]]:
    """By the number of workers, of every repeat and simulated, the seconds of the whole `pool` by
    the clock, and of the `busiest` worker's processor, which no other program adds to."""
    every = every_study(record)
    scenario = Scenario("Checked", {name: every.studies[name] for name in CHECKED}, every.recorded)
    repeats = defaultdict(list)
    for go in record["check"]:
        repeats[go["workers"]].append(go)
    found = []
    for workers, goes in repeats.items():
        plan = planned(record, scenario, workers, away=False)
        found.append(
            {
                "workers": workers,
                "pool": {
                    "measured": [go["seconds"] for go in goes],
                    "simulated": round(plan.seconds, 2),
                },
                "busiest": {
                    "measured": [busiest(go["stacks"]) for go in goes],
                    "simulated": round(plan.played.seconds, 2),
                },
            }
        )
    return found


def busiest(stacks: list[dict[str, Any]]) -> float:
    """Seconds of a processor for the worker that used most."""
    used: dict[int, float] = defaultdict(float)
    for stack in stacks:
        used[stack["worker"]] += stack["processor"]
    return round(max(used.values()), 2)


def off(one: Mapping[str, Any]) -> float:
    """By which part of the least measured time the simulated one is longer."""
    return float(one["simulated"] / min(one["measured"]) - 1)
