"""The tables of the benchmark, from what was measured: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean
from typing import Any

from bench import names, ratios
from bench.agreement import SAME, Agreement, agreement
from bench.peak import best
from regscope.figures.style import display_name
from regscope.report.formats import DASH, fixed, percent
from regscope.report.render import Cell, Table

OURS, OURS_REDUCED = "ours", "ours_bfloat16"
MB = 1e6
Measured = Mapping[str, Any]


def summary(found: Mapping[str, Measured]) -> list[Table]:
    """The comparisons with other ways, of those that were measured."""
    made = []
    if "ways_mnist" in found:
        made += [mnist_table(found), agreement_table(found["ways_mnist"])]
    if "ways_fashion" in found:
        made.append(fashion_table(found))
    return made


def mnist_table(found: Mapping[str, Measured]) -> Table:
    """Seconds a seed of the whole job, ratios, share of peak, memory."""
    ways = found["ways_mnist"]
    job, rounds = ways["job"], ways["rounds"]
    verdicts = agreements(ways)

    def row(way: str) -> tuple[Cell, ...]:
        seconds = ratios.way_spread(rounds, way, job["seeds"], job["short"])
        same = [one.verdict == SAME for one in verdicts.get(way, {}).values()]
        return (
            Cell(names.WAYS[way]),
            Cell(told_spread(seconds, 2)),
            Cell(_ratio(rounds, way, OURS, job)),
            Cell(_peak_share(ways, job["flops_a_seed"], seconds.middle, "float32")),
            Cell(_memory(rounds, way)),
            Cell(f"{sum(same)} of {len(same)}" if same else DASH),
        )

    headings = (
        "Way",
        "Seconds a seed",
        "Times as long as regscope",
        "The job's operations, share of float32 peak",
        "Memory, MB",
        "Cells with the same accuracy",
    )
    return Table(
        f"MNIST: {_cells(job)}, {job['block']['training']['epochs']} epochs",
        headings,
        tuple(row(way) for way in rounds[0]),
    )


def agreements(ways: Measured) -> dict[str, dict[str, Agreement]]:
    """By way and cell: its mean test accuracy after the last epoch, held against our seeds."""
    rounds = ways["rounds"]
    others = [way for way in rounds[0] if not way.startswith(OURS)]
    cells = list(rounds[0][OURS]["accuracies"])
    return {
        way: {
            cell: agreement(
                # Every round trains the same seeds of ours.
                last(rounds[0][OURS], cell),
                [accuracy for ran in rounds for accuracy in last(ran[way], cell)],
                len(others) * len(cells),
            )
            for cell in cells
        }
        for way in others
    }


def last(ran: Measured, cell: str) -> list[float]:
    """The accuracies of all seeds of a run after the last epoch."""
    return [seed[-1] for seed in ran["accuracies"][cell]]


def agreement_table(ways: Measured) -> Table:
    """Our accuracy, mean and deviation over seeds, and the others' with the verdict."""
    verdicts = agreements(ways)
    cells = list(next(iter(verdicts.values())))
    first = next(iter(verdicts.values()))
    ours = tuple(
        Cell(f"{percent(first[cell].mean)} ± {percent(first[cell].deviation)}") for cell in cells
    )
    return Table(
        "Test accuracy after the last epoch, %",
        ("Way", *(display_name(cell) for cell in cells)),
        (
            *(
                (
                    Cell(names.WAYS[way]),
                    *(Cell(f"{percent(one.other)}, {one.verdict}") for one in by_cell.values()),
                )
                for way, by_cell in verdicts.items()
            ),
            (Cell(names.WAYS[OURS]), *ours),
        ),
    )


def fashion_table(found: Mapping[str, Measured]) -> Table:
    """Milliseconds a step, with its share of the tests, and ratios to both precisions of ours."""
    ways = found["ways_fashion"]
    job, rounds = ways["job"], ways["rounds"]
    steps = job["train"] / job["block"]["training"]["batch_size"]

    def row(way: str) -> tuple[Cell, ...]:
        precision = "bfloat16" if way.endswith("bfloat16") else "float32"
        seconds = ratios.way_spread(rounds, way, job["seeds"], job["short"])
        a_step = ratios.Spread(*(1000 * value / steps for value in vars(seconds).values()))
        accuracies = [accuracy for ran in rounds for accuracy in last(ran[way], "none")]
        return (
            Cell(names.WAYS[way]),
            Cell(told_spread(a_step, 1)),
            Cell(_ratio(rounds, way, OURS, job)),
            Cell(_ratio(rounds, way, OURS_REDUCED, job)),
            Cell(_peak_share(ways, job["flops_a_seed"], seconds.middle, precision)),
            Cell(_memory(rounds, way)),
            Cell(percent(mean(accuracies), 1)),
        )

    headings = (
        "Way",
        "Milliseconds a step",
        "Times regscope",
        "Times regscope, bfloat16",
        "Share of that precision's peak",
        "Memory, MB",
        f"Accuracy after {steps:.0f} steps, %",
    )
    caption = f"Fashion-MNIST: {steps:.0f} steps of the convolutional network"
    return Table(caption, headings, tuple(row(way) for way in rounds[0]))


def peak_table(measured: Measured) -> Table:
    """The best rates by precision and threads."""
    found = measured["peak"]
    return Table(
        "Matrix products, GFLOP/s",
        ("Precision", *(f"{_counted(int(threads), 'thread')}" for threads in found)),
        tuple(
            (
                Cell(precision),
                *(Cell(fixed(best(found, precision, int(threads)) / 1e9, 0)) for threads in found),
            )
            for precision in next(iter(found.values()))
        ),
    )


def growth_table(measured: Measured) -> Table:
    """Every point of every curve."""
    return Table(
        "One epoch of cell none, few seeds, where not said otherwise",
        ("What grows", "Value", "Seconds", "Seconds a seed", "Memory, MB"),
        tuple(
            (
                Cell(names.CURVES[curve]),
                Cell(str(point["value"])),
                Cell(fixed(point["seconds"], 1)),
                Cell(fixed(point["seconds_a_seed"], 2)),
                Cell(fixed(point["memory"] / MB, 0)),
            )
            for curve, points in measured["curves"].items()
            for point in points
        ),
    )


def arithmetic_table(measured: Measured) -> Table:
    """Seconds of each way, median and range over rounds, and how many times the fastest."""
    rounds = measured["seconds"]

    def row(way: str) -> tuple[Cell, ...]:
        seconds = ratios.spread([ran[way] for ran in rounds])
        times = ratios.spread([ran[way] / ran["fastest"] for ran in rounds])
        peak = best(measured["peak"], "float32")
        share = ratios.fraction_of_peak(measured["flops"], seconds.middle, peak)
        return (
            Cell(way),
            Cell(told_spread(seconds, 1)),
            Cell("1" if way == "fastest" else told_spread(times, 2)),
            Cell(f"{percent(share, 1)} %"),
        )

    headings = ("Arithmetic", "Seconds", "Times the fastest", "Share of float32 peak")
    return Table("Portable arithmetic", headings, tuple(row(way) for way in rounds[0]))


def fixed_costs_table(measured: Measured) -> Table:
    return Table(
        "Fixed costs",
        ("What", "Seconds"),
        tuple(
            (Cell(name), Cell(fixed(seconds, 2))) for name, seconds in measured["seconds"].items()
        ),
    )


def places_table(measured: Measured) -> Table:
    """Seconds of every way, and how many times those of the last."""
    rounds = measured["rounds"]
    *_, last = sorted(rounds[0])

    def row(way: str) -> tuple[Cell, ...]:
        times = [ran[way]["wall"] / ran[last]["wall"] for ran in rounds]
        ratio = "1" if way == last else told_spread(ratios.spread(times), 2)
        taken = told_spread(ratios.spread([ran[way]["wall"] for ran in rounds]), 1)
        return Cell(way), Cell(taken), Cell(ratio)

    return Table(
        "A path of strengths",
        ("Way", "Seconds", f"Times {last}"),
        tuple(row(way) for way in sorted(rounds[0])),
    )


def pipelines_table(measured: Measured) -> Table:
    """Seconds of processors by project and command, and how many times those of one stage."""
    rounds = measured["rounds"]
    first = next(iter(rounds[0]))

    def cells(project: str, command: str) -> tuple[Cell, ...]:
        used = [ran[project][command]["processor"] for ran in rounds]
        times = [ran[project][command]["processor"] / ran[first][command]["processor"]
                 for ran in rounds]  # fmt: skip
        ratio = "1" if project == first else told_spread(ratios.spread(times), 1)
        return Cell(told_spread(ratios.spread(used), 1)), Cell(ratio)

    commands = {"repro": "dvc repro, nothing to do", "exp run": "dvc exp run -S reg=l2"}
    headings = [(f"{words}: seconds", "Times one stage") for words in commands.values()]
    return Table(
        "DVC's own work",
        ("Project", *(heading for pair in headings for heading in pair)),
        tuple(
            (Cell(project), *(cell for command in commands for cell in cells(project, command)))
            for project in rounds[0]
        ),
    )


def _cells(job: Measured) -> str:
    return ", ".join(display_name(cell) for cell in job["block"]["regularizers"])


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def told_spread(spread: ratios.Spread, decimals: int) -> str:
    """`middle [lowest, highest]`."""
    low, high = (fixed(value, decimals) for value in (spread.low, spread.high))
    return f"{fixed(spread.middle, decimals)} [{low}, {high}]"


def _ratio(rounds: ratios.Rounds, way: str, against: str, job: Measured) -> str:
    if way == against:
        return "1"
    found = ratios.ratio_spread(rounds, way, against, job["seeds"], job["short"])
    return told_spread(found, 1 if found.low >= 2 else 2)


def _peak_share(ways: Measured, flops: float, seconds: float, precision: str) -> str:
    # Of the peak measured in the same go: another day's or machine's would say nothing.
    peak = best(ways["peak"], precision)
    return f"{percent(ratios.fraction_of_peak(flops, seconds, peak), 1)} %"


def _memory(rounds: ratios.Rounds, way: str) -> str:
    return fixed(max(ran[way]["memory"] for ran in rounds) / MB, 0)


def gpu_table(measured: Measured) -> Table:
    """Seconds of whole trainings on a GPU, start included."""
    return Table(
        f"On {measured['device']}",
        ("Study", "Seeds", "Epochs", "Seconds", "ms a seed and epoch"),
        tuple(
            (
                Cell(point["job"]),
                Cell(str(point["seeds"])),
                Cell(str(point["epochs"])),
                Cell(fixed(point["seconds"], 1)),
                Cell(fixed(1000 * point["seconds_a_seed_and_epoch"], 2)),
            )
            for point in measured["points"]
        ),
    )


def profile_table(measured: Measured) -> Table:
    """Milliseconds a seed and epoch by category and cell, the first cell's largest first."""
    cells: dict[str, dict[str, float]] = measured["cells"]
    first = next(iter(cells.values()))
    every = dict.fromkeys(category for found in cells.values() for category in found)
    categories = [category for category in every if not category.startswith("start:")]
    share = 1000 / measured["seeds"] / measured["epochs"]

    def row(name: str, values: list[float]) -> tuple[Cell, ...]:
        return (Cell(name), *(Cell(fixed(share * value, 1)) for value in values))

    rows = [
        row(category, [found.get(category, 0.0) for found in cells.values()])
        for category in sorted(categories, key=lambda name: -first.get(name, 0.0))
    ]
    totals = [sum(found.get(category, 0.0) for category in categories) for found in cells.values()]
    headings = ("", *(display_name(cell) for cell in cells))
    return Table("Where the time goes", headings, (*rows, row("all", totals)))
