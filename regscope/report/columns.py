"""Tables with a row for each cell of a study.

Every table has a row for each name in `regs`, in that order; a cell that the study does not have
is a row of dashes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from regscope.figures.style import display_name
from regscope.measures import catalog
from regscope.report.formats import DASH, EDGE, UNCORRECTED, column, fixed_column
from regscope.report.measured import BY_KEY, Measure
from regscope.report.render import Cell, Table
from regscope.results import StudyResults, told, worded
from regscope.statistics import (
    EQUAL,
    SIGNIFICANCE,
    UNDECIDED,
    Comparison,
    Interval,
    equal_note,
    mean_interval,
)
from regscope.study.params import BASELINE

FIRST = "Regularizer"
GUESS_ROW = "Constant guess"
NOT_MEASURED = "not measured"


MEANS = "Means over seeds ± half width of their 95 % intervals"


@dataclass(frozen=True)
class Column:
    """A heading, the measure below it, how its values are written (all at once, so that they can
    share their decimals), and whether more of it is better."""

    heading: str
    measure: Hashable
    shown: Callable[[Sequence[float | None]], list[str]] = column
    more_is_better: bool = False


def column_of(entry: catalog.Measure, heading: str = "", decimals: int | None = None) -> Column:
    """A measure's column under `heading`, by default what its own part calls it."""
    digits = entry.decimals if decimals is None else decimals
    shown = column if digits is None else fixed_column(digits, entry.scale)
    more = Measure(entry).more_is_better
    return Column(heading or Measure(entry).heading, entry.name, shown, more)


def values(results: StudyResults, reg: str, measure: str) -> np.ndarray:
    """The measure of every seed of a cell, `[S]`, in order of the seeds."""
    own = results.measured.get(reg)
    return np.empty(0) if own is None else own[measure]


def comparisons(results: StudyResults, measure: str) -> dict[str, dict[Hashable, Any]]:
    """What `comparisons.csv` says about a measure: `{reg: row}`."""
    return results.compared.get(measure, {})


def as_comparison(row: Mapping[Hashable, Any]) -> Comparison:
    """A row of a table of comparisons, as far as that has its numbers."""
    found: dict[str, Any] = {field.name: row.get(field.name) for field in fields(Comparison)}
    return Comparison(**found)


def verdict_cell(row: Mapping[Hashable, Any], against: str = BASELINE) -> Cell:
    """The verdict, with its note where a difference is certain and does not matter, where the cell
    is not better than the constant guess, UNCORRECTED where it is undecided for that, and EDGE
    where it is not firm."""
    notes = [UNCORRECTED * uncorrected(row)]
    if row["verdict"] == EQUAL:
        notes.append(equal_note(as_comparison(row), row["p_holm"], row["p_equal_holm"]))
    notes.append(EDGE * on_edge(row))
    note = "; ".join(filter(None, notes))
    shown = worded(row, against)
    return Cell(f"{shown} ({note})" if note else shown, told(row), edge=on_edge(row))


def uncorrected(row: Mapping[Any, Any]) -> bool:
    """Whether the row is undecided though its interval leaves out 0: by the correction of its p."""
    low, high, p_holm = (row.get(name) for name in ("low", "high", "p_holm"))
    if row["verdict"] != UNDECIDED or low is None or high is None or p_holm is None:
        return False
    return bool((low > 0 or high < 0) and p_holm >= SIGNIFICANCE)


def on_edge(row: Mapping[Any, Any]) -> bool:
    """Whether the row has a verdict that is not firm."""
    return bool(row.get("firm") == False)  # noqa: E712  Read from a table: numpy's, or nan.


def with_guess(table: Table, entries: Sequence[str]) -> Table:
    """The table with a last row for the constant guess."""
    return replace(table, rows=(*table.rows, (Cell(GUESS_ROW), *map(Cell, entries))))


def name_cell(reg: str) -> Cell:
    return Cell(display_name(reg), reg=reg)


def by_reg(
    caption: str,
    headings: Sequence[str],
    cells: Iterable[str],
    regs: Sequence[str],
    row: Callable[[str], list[Cell]],
    words: Iterable[int] = (),
    largest_first: Iterable[int] = (),
) -> Table:
    """A table whose rows are `row(reg)` for those of `regs` in `cells`.

    words and largest_first are as a Table's: the first column is 0.
    """
    there = set(cells)
    dashes = [Cell(DASH)] * len(headings)
    return Table(
        caption,
        (FIRST, *headings),
        tuple((name_cell(reg), *(row(reg) if reg in there else dashes)) for reg in regs),
        frozenset({0, *words}),
        largest_first=frozenset(largest_first),
    )


def numbers_table(
    caption: str,
    measured: Mapping[Any, Mapping[str, float]],
    regs: Sequence[str],
    columns: Sequence[Column],
) -> Table:
    """A table of numbers, `{measure: {reg: value}}`; columns that it lacks, or that hold nothing
    for any cell, are left out."""
    kept = [
        entry
        for entry in columns
        if not all(map(math.isnan, measured.get(entry.measure, {}).values()))
    ]
    texts = [entry.shown([measured[entry.measure].get(reg) for reg in regs]) for entry in kept]
    body = tuple(
        (name_cell(reg), *(Cell(text[index]) for text in texts)) for index, reg in enumerate(regs)
    )
    return Table(
        caption,
        (FIRST, *(entry.heading for entry in kept)),
        body,
        largest_first=best_high(entry.more_is_better for entry in kept),
    )


def best_high(columns: Iterable[bool], first: int = 1) -> frozenset[int]:
    """Which columns from `first` on are best where they are high, by whether each is."""
    return frozenset(index for index, high in enumerate(columns, start=first) if high)


def narrow_column(measure: Measure) -> Column:
    return column_of(measure.entry, measure.narrow, measure.few_decimals)


def means_table(
    results: StudyResults, regs: Sequence[str], measures: Iterable[catalog.Measure]
) -> Table:
    """Means over seeds with their intervals; a measure that the study does not have is left out."""
    kept = [BY_KEY[entry.name] for entry in measures if entry.name in results.seeds.columns]

    def row(reg: str) -> list[Cell]:
        return [
            Cell(with_half_width(results.intervals[reg][measure.key], measure.value))
            for measure in kept
        ]

    return by_reg(
        MEANS,
        [measure.heading for measure in kept],
        results.cells,
        regs,
        row,
        largest_first=best_high(measure.more_is_better for measure in kept),
    )


def mean_and_half_width(measured: np.ndarray, shown: Callable[[float], str]) -> str:
    """The mean and the half width of its 95 % t interval; of one seed, its value."""
    return with_half_width(mean_interval(measured), shown)


def with_half_width(interval: Interval, shown: Callable[[float], str]) -> str:
    """A mean and the half width of its interval, where it has one."""
    if math.isnan(interval.high):
        return shown(interval.mean)
    return f"{shown(interval.mean)} ± {shown(interval.high - interval.mean)}"
