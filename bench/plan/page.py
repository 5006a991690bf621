"""What bench/README.md says of the plan on more workers than there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import results
from bench.plan.checked import off
from bench.plan.costs import BANDWIDTH, INTERRUPTIONS
from bench.plan.recorded import CHECKED, HEAVY
from bench.plan.scaling import DRAWS, LONGEST, START, WORK
from bench.plan.scenarios import STRENGTHS, TABLES, WORKERS
from regscope.base.lines import listed
from regscope.report.formats import fixed
from regscope.report.render import Cell, Table

PICTURE = results.FOLDER / "plan.png"
ALT = f"Time and utilization of the plan on {WORKERS[0]} to {WORKERS[-1]:,} workers."

LIMITS = {WORK: "the work", LONGEST: "the longest stack", START: "surveys and starts"}

Found = Mapping[str, Any]


def parts(found: Found, folder: Path) -> Iterator[str | Table]:
    """Paragraphs and tables; links are relative to `folder`."""
    yield (
        "`regscope train` plans which stacks a pool trains, in which order; here the same plan is"
        f" played by a clock of events, on {found['recorded']:,} stack times recorded on"
        " this machine. Every draw takes a start of a process and, for every stack, how much longer"
        " than usual it takes, from what was measured; tables give the middle of"
        f" {DRAWS} draws and, in brackets, the shortest and the longest."
    )
    yield (
        f"Held to trainings that were measured whole ({listed(CHECKED)}), none of which the"
        " simulation reads. The clock says something only where nothing else runs; what a worker"
        " uses of its processor is told anyway:"
    )
    yield check_table(found["check"])
    yield f"![{ALT}]({PICTURE.relative_to(folder).as_posix()})"
    for scenario in found["scenarios"].values():
        yield (
            f"{scenario['title']}: {scenario['studies']} studies, {scenario['cells']:,} cells,"
            f" {scenario['networks']:,} networks.{_said(scenario)}"
        )
        yield scenario_table(scenario)
    yield (
        "What limits is the largest of three that no order does without: the work of all stacks"
        " over all workers, the longest stack, and all that comes before the last worker's first"
        " stack: surveys, one study after another, starts of processes, data. More workers than"
        " networks have nothing to do: a network trains on one. The pool orders stacks by"
        " operations, which it knows before any is trained; the order of seconds is what it would"
        " be if it knew these. It and utilization are of medians, without draws."
    )
    yield (
        "Assumed, not measured: machines are like this one, with as many workers as it has cores,"
        f" and fetch a study's data once, at {fixed(BANDWIDTH / 125e6, 0)} gigabit a second; what"
        f" comes back is not counted. Interruptions: {fixed(1000 * INTERRUPTIONS, 1)} a machine and"
        " 1,000 days, as are told of training Llama 3.1 405B (419 unplanned ones in 54 days on"
        " 16,384 GPUs, 8 a machine: The Llama 3 Herd of Models, 2024, table 5), or one an hour and"
        " machine, as where machines are lent until others want them."
        " Played is an engine that puts another process in a lost one's place: the stack goes on"
        " from its last checkpoint. The engine of one machine stops instead, and goes on when the"
        " same command is run again."
    )


def _said(scenario: Found) -> str:
    if scenario["estimated"]:
        names = listed([f"`{name}`" for name in scenario["estimated"]])
        return (
            f" Of {names} an epoch is estimated from two parts of one of the cell without a method,"
            f" for all cells ({listed(list(HEAVY))} in float32)."
        )
    return (
        f" {TABLES} tables that stand for others: the public ones of params.yaml again and again,"
        f" each with {STRENGTHS} strengths of every method, which take the recorded time of the"
        " method's own cell."
    )


def check_table(check: list[dict[str, Any]]) -> Table:
    names = {"pool": "the whole pool, by the clock", "busiest": "the busiest worker's processor"}

    def cells(workers: int, what: str, one: Found) -> tuple[Cell, ...]:
        measured = ", ".join(fixed(seconds, 1) for seconds in sorted(one["measured"]))
        simulated = fixed(one["simulated"], 1)
        longer = f"{fixed(100 * off(one), 1)} %"
        return (Cell(str(workers)), *map(Cell, (names[what], measured, simulated, longer)))

    headings = ("Workers", "Seconds of", "Measured", "Simulated", "Longer than the least measured")
    rows = [cells(one["workers"], what, one[what]) for one in check for what in names]
    return Table("Measured and simulated", headings, tuple(rows))


def scenario_table(scenario: Found) -> Table:
    def cells(row: Found) -> tuple[Cell, ...]:
        middle, low, high = row["seconds"]
        seldom, often = row["failing"]
        return (
            Cell(f"{row['workers']:,}"),
            Cell(f"{row['used']:,}"),
            Cell(f"{row['stacks']:,}"),
            Cell(f"{duration(middle)} [{duration(low)}, {duration(high)}]"),
            Cell(f"{fixed(100 * row['utilization'], 0)} %"),
            Cell(LIMITS[row["limit"]]),
            Cell(duration(row["by_seconds"])),
            *(Cell(_failing(one)) for one in (seldom, often)),
        )

    return Table(
        scenario["title"],
        ("Workers", "With something to do", "Stacks", "Time", "Utilization", "What limits",
         "Time in the order of seconds",
         "Time with few interruptions", "With one an hour and machine"),
        tuple(cells(row) for row in scenario["rows"]),
    )  # fmt: skip


def _failing(one: Found) -> str:
    return f"{duration(one['seconds'][0])} (about {_count(one['expected'])})"


def _count(expected: float) -> str:
    return f"{expected:.0f}" if expected >= 10 else f"{expected:.2g}"


def duration(seconds: float) -> str:
    """In seconds below two minutes, in minutes below two hours, then in hours."""
    if seconds < 120:
        return f"{fixed(seconds, 0)} s"
    if seconds < 7200:
        return f"{fixed(seconds / 60, 0)} min"
    return f"{fixed(seconds / 3600, 1)} h"
