"""The tables of a study, from its results: pure functions.

Every table has a row for each name in `regs`, in that order; a cell that the study does not have
is a row of dashes. Accuracies are in percent, their differences in percentage points.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from regscope.figures.style import display_name
from regscope.params import BASELINE
from regscope.report.formats import (
    DASH,
    column,
    fixed,
    p_value,
    percent,
    percent_range,
    points,
    points_range,
)
from regscope.report.published import Document
from regscope.report.render import Cell, Table
from regscope.results import StudyResults
from regscope.statistics import Interval, mean_interval, prediction_interval

BASELINE_VERDICT = "baseline"
MEANS = "Means over seeds ± half width of their 95 % intervals"


def values(results: StudyResults, reg: str, measure: str) -> np.ndarray:
    """The measure of every seed of a cell, `[S]`, in order of the seeds."""
    rows = results.seeds[results.seeds["reg"] == reg].sort_values("seed")
    found: np.ndarray = rows[measure].to_numpy(dtype=np.float64)
    return found


def accuracy_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """Test accuracy of every cell, and what the seeds say about its difference to the baseline."""
    compared = comparisons(results, "test_accuracy")

    def row(reg: str) -> list[Cell]:
        accuracies = values(results, reg, "test_accuracy")
        own = [Cell(mean_and_half_width(accuracies, percent)), Cell(deviation(accuracies))]
        if reg == BASELINE:
            return [*own, *[Cell("")] * 3, Cell(BASELINE_VERDICT)]
        against = compared[reg]
        return [
            *own,
            Cell(difference(against)),
            Cell(p_value(against["p_holm"])),
            Cell(fixed(against["probability_better"], 2)),
            Cell(str(against["verdict"]), str(against["verdict"])),
        ]

    headings = (
        "Regularizer",
        "Test accuracy, %",
        "SD",
        f"Difference to {BASELINE}, points",
        "Holm p",
        "P(better)",
        "Verdict",
    )
    caption = f"{MEANS}, and the paired difference to {BASELINE}"
    return _by_reg(caption, headings, results, regs, row, words={0, 6})


def short_accuracy_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """What fits a terminal: accuracy, difference and verdict."""
    table = accuracy_table(results, regs)
    chosen = (0, 1, 3, 6)
    return Table(
        table.caption,
        tuple(table.columns[index] for index in chosen),
        tuple(tuple(row[index] for index in chosen) for row in table.rows),
        frozenset({0, 3}),
    )


def losses_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """How well every cell fits its training data, and what is left of it in test."""

    def row(reg: str) -> list[Cell]:
        return [
            Cell(mean_and_half_width(values(results, reg, "train_accuracy"), percent)),
            Cell(mean_and_half_width(values(results, reg, "generalization_gap"), percent)),
            Cell(mean_and_half_width(values(results, reg, "train_loss"), _loss)),
            Cell(mean_and_half_width(values(results, reg, "test_loss"), _loss)),
        ]

    headings = (
        "Regularizer",
        "Train accuracy, %",
        "Gap (train − test), points",
        "Train loss",
        "Test loss",
    )
    return _by_reg(
        "Means over seeds ± half width of their 95 % intervals", headings, results, regs, row
    )


def weights_tables(results: StudyResults, regs: Sequence[str]) -> list[Table]:
    """One table a layer, means over seeds, so that cells stand below each other."""
    headings = ("Regularizer", "SD", "L1 norm", "L2 norm", "Near zero, %")
    tables = []
    for layer, rows in results.layers.groupby("layer", sort=False):
        by_reg = {row["reg"]: row for row in rows.to_dict("records")}
        columns = [
            column([by_reg[reg][measure] if reg in by_reg else None for reg in regs])
            for measure in ("std", "l1_norm", "l2_norm")
        ]
        columns.append(
            [percent(by_reg[reg]["near_zero_fraction"]) if reg in by_reg else DASH for reg in regs]
        )
        body = tuple(
            (name_cell(reg), *map(Cell, numbers))
            for reg, *numbers in zip(regs, *columns, strict=True)
        )
        tables.append(Table(str(layer), headings, body))
    return tables


def classes_table(results: StudyResults, regs: Sequence[str]) -> Table:
    """F1 of every class, means over seeds."""
    scores = results.classes.pivot(index="reg", columns="class", values="f1")
    names = list(results.classes["class"].unique())

    def row(reg: str) -> list[Cell]:
        return [Cell(fixed(scores.loc[reg, name], 3)) for name in names]

    return _by_reg(
        "F1 of every class, means over seeds", ("Regularizer", *map(str, names)), results, regs, row
    )


def published_table(results: StudyResults, document: Document) -> Table:
    """What single runs gave, beside our seeds and where one new run of ours would fall."""

    def row(reg: str) -> list[Cell]:
        run = document.runs[reg]
        if reg not in results.cells:
            return [Cell(percent(run)), *[Cell(DASH)] * 3, Cell("not run")]
        measured = values(results, reg, document.measure)
        if len(measured) < 2:
            return [Cell(percent(run)), Cell(percent(measured.mean())), *[Cell(DASH)] * 3]
        expected = prediction_interval(measured)
        return [
            Cell(percent(run)),
            Cell(f"{percent(measured.mean())} ± {deviation(measured)}"),
            Cell(percent_range(mean_interval(measured))),
            Cell(_expected_range(expected, run)),
            Cell(position(run, expected)),
        ]

    headings = (
        "Regularizer",
        "Published, one run, %",
        "Measured, mean ± SD, %",
        "95 % interval of the mean",
        "95 % interval of one new run",
        "Published run lies",
    )
    return Table(
        f"{document.title}, {document.section}",
        headings,
        tuple((name_cell(reg), *row(reg)) for reg in document.runs),
        frozenset({0, 5}),
    )


def position(run: float, expected: Interval) -> str:
    """Where a single run lies: `inside`, `below` or `above` the interval."""
    if run < expected.low:
        return "below"
    return "above" if run > expected.high else "inside"


def inside(published: Table) -> str:
    """How many of the runs of a `published_table` lie inside."""
    positions = [row[-1].text for row in published.rows]
    judged = [position for position in positions if position in ("inside", "below", "above")]
    return (
        "Published runs inside the interval of one new run of ours:"
        f" {judged.count('inside')} of {len(judged)}."
    )


def _expected_range(expected: Interval, run: float) -> str:
    """The interval, with a third decimal where two would hide on which side the run lies."""
    hidden = percent(run) in (percent(expected.low), percent(expected.high))
    return percent_range(expected, decimals=3 if hidden else 2)


def overview_table(studies: dict[str, StudyResults], regs: Sequence[str]) -> Table:
    """All studies on one page: the baseline's test accuracy, the others' difference to it."""

    def entry(results: StudyResults, reg: str) -> Cell:
        if reg not in results.cells:
            return Cell(DASH)
        if reg == BASELINE:
            return Cell(f"{percent(values(results, reg, 'test_accuracy').mean())} %")
        against = comparisons(results, "test_accuracy")[reg]
        return Cell(points(against["difference"]), str(against["verdict"]))

    return Table(
        f"Difference to {BASELINE} in test accuracy, points",
        ("Regularizer", *studies),
        tuple(
            (name_cell(reg), *(entry(results, reg) for results in studies.values())) for reg in regs
        ),
    )


def name_cell(reg: str) -> Cell:
    return Cell(display_name(reg), reg=reg)


def mean_and_half_width(measured: np.ndarray, shown: Callable[[float], str]) -> str:
    """The mean and the half width of its 95 % t interval; of one seed, its value."""
    interval = mean_interval(measured)
    if len(measured) < 2:
        return shown(interval.mean)
    return f"{shown(interval.mean)} ± {shown(interval.high - interval.mean)}"


def deviation(measured: np.ndarray) -> str:
    """The standard deviation over seeds, in points."""
    return percent(measured.std(ddof=1)) if len(measured) > 1 else DASH


def difference(against: dict[Hashable, Any]) -> str:
    """The paired difference and its 95 % t interval, in points."""
    shown = points(against["difference"])
    if against["seeds"] < 2:
        return shown
    return f"{shown} {points_range(against['low'], against['high'])}"


def _loss(value: float) -> str:
    return fixed(value, 4)


def comparisons(results: StudyResults, measure: str) -> dict[str, dict[Hashable, Any]]:
    """What `comparisons.csv` says about a measure: `{reg: row}`."""
    rows = results.comparisons[results.comparisons["measure"] == measure]
    return {str(row["reg"]): row for row in rows.to_dict("records")}


def _by_reg(
    caption: str,
    headings: Sequence[str],
    results: StudyResults,
    regs: Sequence[str],
    row: Callable[[str], list[Cell]],
    words: set[int] | None = None,
) -> Table:
    dashes = [Cell(DASH)] * (len(headings) - 1)
    return Table(
        caption,
        tuple(headings),
        tuple((name_cell(reg), *(row(reg) if reg in results.cells else dashes)) for reg in regs),
        frozenset(words or {0}),
    )
