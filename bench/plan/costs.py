"""What is paid beside training, by what was recorded, and what had to be assumed."""

from __future__ import annotations

from statistics import median
from typing import Any

from bench.plan.play import Costs
from bench.plan.recorded import SAME, Record
from bench.plan.scenarios import Scenario
from bench.plan.times import factors
from regscope.engine.plan import Cost, Survey

BANDWIDTH = 125e6
"""Bytes a second at which a machine fetches data: one gigabit, assumed."""

INTERRUPTIONS = 419 / (54 * 2048)
"""A machine and day, assumed: 419 unplanned ones in 54 days on 16,384 GPUs, 8 a machine, are told
of training Llama 3.1 405B (Llama Team 2024, The Llama 3 Herd of Models, table 5)."""

OFTEN = 24.0
"""A machine and day, assumed: one an hour, as on machines that are lent until others want them."""

DAY = 86_400.0


def costs(record: Record, scenario: Scenario, a_day: float = 0.0, away: bool = True) -> Costs:
    """Of machines like the recorded one, where `a_day` interrupt each; with `away` beyond it."""
    asked = median(start["asked"] for kind in record["starts"].values() for start in kind)
    starts = tuple(
        start["ended"] - start["asked"] for kind in record["starts"].values() for start in kind
    )
    of = {name: scenario.recorded(name, "none")[0] for name in scenario.studies}
    return Costs(
        a_machine=record["machine"]["cores"] if away else 10**9,
        server=record["server"],
        asked=asked,
        starts=starts,
        loads={name: record["studies"][study]["load"] for name, study in of.items()},
        sizes={name: record["studies"][study]["bytes"] for name, study in of.items()},
        bandwidth=BANDWIDTH,
        factors=factors(record),
        failures=a_day / DAY / record["machine"]["cores"],
    )


def surveys(record: Record, scenario: Scenario, workers: int) -> dict[str, tuple[Survey, float]]:
    """What a survey finds of each study, and its seconds; memory grows with the machines."""
    machines = max(1.0, workers / record["machine"]["cores"])
    found = {}
    for name, study in scenario.studies.items():
        source = scenario.recorded(name, "none")[0]
        told = _surveyed(record, source)
        survey = Survey(
            "cpu",
            "cpu",
            int(told[0]["free"] * machines),
            Cost(told[0]["process"], told[0]["seed"]),
            told[0]["stackable"],
            operations=told[0]["operations"],
        )
        seconds = min(one["processor"] for one in told)
        found[name] = survey, seconds + _more_cells(record, source, len(study.cells))
    return found


def _surveyed(record: Record, study: str) -> list[dict[str, Any]]:
    goes = (record["beside"], record["parts"])
    timed = SAME.get(study, study)
    return [one for go in goes for one in go["surveys"] if one["label"].split()[0] == timed]


def _more_cells(record: Record, study: str, cells: int) -> float:
    """Seconds that cells beyond those recorded take, in proportion; none where there are none."""
    own = len(record["studies"][study]["cells"])
    if cells <= own:
        return 0.0
    seconds = record["surveys"][study]
    each: float = (seconds[str(own)] - seconds["1"]) / (own - 1)
    return max(0.0, each) * (cells - own)
