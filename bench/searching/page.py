"""What bench/README.md says of searches: settings a minute, here and by Optuna."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench import ratios
from bench.tables import OURS, told_spread
from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.formats import percent
from regscope.report.render import Cell, Table, escape

SEARCHES = {OURS: "regscope advise, its search", "eager": "Optuna, a loop in torch"}


def line(job: Mapping[str, Any]) -> str:
    methods = joined([display_name(name) for name in job["methods"]])
    return escape(
        f"{job['trials']} settings of each of {methods} on the study {job['study']}, and every"
        " learning rate without any, one network each, start included. Best accuracy: of all, on"
        " validation."
    )


def table(measured: Mapping[str, Any]) -> Table:
    """Settings a minute of every way and number of workers, and how many times as slow it is."""
    rounds = measured["rounds"]

    def row(way: str, workers: int) -> tuple[Cell, ...]:
        ran = [found[f"{way}/{workers}"] for found in rounds]
        ours = [found[f"{OURS}/{workers}"] for found in rounds]
        each = [60 * one["settings"] / one["wall"] for one in ran]
        times = [
            own["settings"] / own["wall"] * one["wall"] / one["settings"]
            for one, own in zip(ran, ours, strict=True)
        ]
        return (
            Cell(SEARCHES[way]),
            Cell(str(workers)),
            Cell(told_spread(ratios.spread(each), 0)),
            Cell("1" if way == OURS else told_spread(ratios.spread(times), 1)),
            Cell(percent(max(one["best"] for one in ran))),
        )

    return Table(
        "A search among settings",
        ("Way", "Processes", "Settings a minute", "Times as long as regscope", "Best accuracy, %"),
        tuple(row(way, workers) for workers in measured["job"]["workers"] for way in SEARCHES),
    )
