"""bench/results/plan.png: time and utilization on ever more workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.plan.scaling import LONGEST, START, WORK
from regscope.figures.layout import sheet
from regscope.figures.marks import colours
from regscope.figures.style import GREY, INK, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BOUNDS = {
    WORK: ("--", "all stacks over all workers"),
    LONGEST: (":", "the longest stack"),
    START: ("-.", "surveys, starts, data"),
}
SCENARIOS = tuple(colours(("dropout", "l1")).values())
Found = Mapping[str, Any]


def plan_figure(found: Found) -> bytes:
    return render(_draw, found)


def _draw(found: Found) -> Figure:
    scenarios: Found = found["scenarios"]
    note = "lines without points: what no order of stacks does without"
    figure = sheet(9.4, 3.9, "The plan on more workers than there are", note)
    *times, shares = figure.subplots(1, len(scenarios) + 1)
    for axis, (name, scenario), colour in zip(times, scenarios.items(), SCENARIOS, strict=True):
        _time_panel(axis, scenario, colour)
        shares.plot(
            [row["workers"] for row in scenario["rows"]],
            [100 * row["utilization"] for row in scenario["rows"]],
            "o-", ms=4, color=colour, label=name,
        )  # fmt: skip
    _title(shares, "Utilization")
    shares.set_xscale("log", base=2)
    shares.set_ylim(0, 104)
    shares.set_ylabel("Share of all workers' time that trains, %")
    _workers(shares, scenario)
    shares.legend(frameon=False, fontsize=7, loc="lower left")
    return figure


def _time_panel(axis: Axes, scenario: Found, colour: str) -> None:
    rows = scenario["rows"]
    workers = [row["workers"] for row in rows]
    for name, (dash, label) in BOUNDS.items():
        axis.plot(
            workers, [row["bounds"][name] for row in rows], dash, color=GREY, lw=1.1, label=label
        )
    axis.plot(workers, [row["seconds"][0] for row in rows], "o-", ms=4, color=colour)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    low = max(5.0, min(min(row["bounds"].values()) for row in rows) / 1.5)
    high = 2 * max(row["seconds"][2] for row in rows)
    axis.set_ylim(low, high)
    ticks = {10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 36_000: "10 h", 360_000: "100 h"}
    shown = {at: text for at, text in ticks.items() if low <= at <= high}
    axis.set_yticks(list(shown), list(shown.values()))
    axis.minorticks_off()
    axis.set_ylabel("Time")
    _title(axis, scenario["title"])
    _workers(axis, scenario)
    axis.legend(frameon=False, fontsize=7, loc="upper right")


def _workers(axis: Axes, scenario: Found) -> None:
    workers = [row["workers"] for row in scenario["rows"]]
    axis.set_xticks(workers, [f"{count:,}" for count in workers])
    axis.minorticks_off()
    axis.set_xlabel("Workers")
    axis.grid()


def _title(axis: Axes, words: str) -> None:
    axis.set_title(words, loc="left", fontsize=9, fontweight="bold", color=INK)
