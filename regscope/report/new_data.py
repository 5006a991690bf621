"""What differences in test accuracy say of new data, beside what they say of the seeds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regscope.figures.style import display_name
from regscope.measures.catalog import ACCURACY
from regscope.report.columns import name_cell
from regscope.report.evidence import Evidence
from regscope.report.formats import DASH, fixed, percent, points, points_range, with_range
from regscope.report.render import Cell, Table
from regscope.results.effects import Row
from regscope.statistics import (
    Interval,
    for_new_data,
    independent_error,
    overlap_widening,
)
from regscope.study.params import BASELINE

Basis = Literal["own examples", "pool", "pool, not measured", "test set", "test set, at most"]

ADDS: dict[Basis, str] = {
    "own examples": "nothing: every seed draws examples of its own",
    "pool": "the overlap of the seeds' splits, measured by halving the pool",
    "pool, not measured": "the overlap of the seeds' splits, which was not measured",
    "test set": "the finite test set, by the examples on which cells disagree",
    "test set, at most": "the finite test set, at most as if cells erred independently",
}


@dataclass(frozen=True)
class NewData:
    """Of one cell: `widened` is the seeds' interval times it, None where it is not known; `error`
    what the test set adds to the seeds' error."""

    basis: Basis
    seeds: Interval
    verdict: str
    widened: float | None = 1.0
    error: float = 0.0

    @property
    def interval(self) -> Interval | None:
        if self.widened is None:
            return None
        return for_new_data(self.seeds, self.error, self.widened)

    @property
    def lost(self) -> bool:
        """Whether the cell is better or worse for these data and could be no different on new."""
        found = self.interval
        marked = self.verdict in ("better", "worse")
        return marked and found is not None and found.low <= 0 <= found.high

    @property
    def shown(self) -> str:
        """The interval for new data."""
        found = self.interval
        if found is None or math.isnan(found.low):
            return DASH
        shown = points_range(found.low, found.high)
        return f"{shown} at most" if self.basis == "test set, at most" else shown


def new_data(evidence: Evidence) -> dict[str, NewData]:
    """By cell, of those that are compared with the baseline."""
    rows = {reg: evidence.against_none(reg, ACCURACY) for reg in evidence.cells}
    compared = {reg: row for reg, row in rows.items() if row is not None and row["seeds"] > 0}
    study = evidence.trained
    if study.shared_test:
        return {reg: _shared_test_set(evidence, reg, row) for reg, row in compared.items()}
    if study.data.own_pools is not None:
        return {
            reg: NewData("own examples", _interval(row), row["verdict"])
            for reg, row in compared.items()
        }
    share = evidence.overlap
    return {
        reg: NewData("pool, not measured", _interval(row), row["verdict"], None)
        if share is None
        else NewData(
            "pool", _interval(row), row["verdict"], overlap_widening(share, int(row["seeds"]))
        )
        for reg, row in compared.items()
    }


def _shared_test_set(evidence: Evidence, reg: str, row: Row) -> NewData:
    measured = evidence.test_set_error(reg)
    if measured is not None:
        return NewData("test set", _interval(row), row["verdict"], error=measured)
    of_sentences = [evidence.mean(cell, "test_error") for cell in (reg, BASELINE)]
    if None not in of_sentences:
        error = math.hypot(*(one for one in of_sentences if one is not None))
    else:
        own, other = (evidence.mean(cell, ACCURACY) or 0.0 for cell in (reg, BASELINE))
        error = independent_error(own, other, evidence.test_examples)
    return NewData("test set, at most", _interval(row), row["verdict"], error=error)


def _interval(row: Row) -> Interval:
    return Interval(row["difference"], row["low"], row["high"])


def new_data_table(evidence: Evidence, regs: Sequence[str]) -> Table | None:
    """A row a cell; None where the seeds' intervals speak of new data as they are."""
    found = new_data(evidence)
    bases = {one.basis for one in found.values()}
    if not bases - {"own examples", "pool, not measured"}:
        return None
    by_reg = evidence.accuracies
    return Table(
        "The same differences for new data",
        (
            "Regularizer",
            "Difference, points [95 %]",
            "Error of the seeds, points",
            "Overlap makes it" if bases == {"pool"} else "Error of the test set, points",
            "For new data [95 %]",
        ),
        tuple(
            (
                name_cell(reg),
                Cell(_seeds(one)),
                Cell(percent(_standard_error(by_reg[reg] - by_reg[BASELINE]), 3)),
                Cell(f"{fixed(one.widened or 1, 2)} times" if bases == {"pool"} else _error(one)),
                Cell(one.shown),
            )
            for reg, one in _in_order(found, regs)
        ),
    )


def _seeds(one: NewData) -> str:
    return with_range(*(points(end) for end in (one.seeds.mean, one.seeds.low, one.seeds.high)))


def _standard_error(differences: np.ndarray) -> float:
    known = differences[~np.isnan(differences)]
    return float(known.std(ddof=1)) / math.sqrt(len(known)) if len(known) > 1 else math.nan


def _error(one: NewData) -> str:
    return (
        f"≤ {percent(one.error, 3)}" if one.basis == "test set, at most" else percent(one.error, 3)
    )


def sentence(evidence: Evidence, regs: Sequence[str]) -> str:
    """What new data add to the intervals, and whose verdict they put in doubt."""
    found = new_data(evidence)
    if not found:
        return ""
    adds = "; ".join(dict.fromkeys(ADDS[one.basis] for one in found.values()))
    opening = f"What new data add to the intervals of differences: {adds}."
    lost = [display_name(reg) for reg, one in _in_order(found, regs) if one.lost]
    if not lost:
        return opening
    return f"{opening} Better or worse here, and perhaps neither on new data: {', '.join(lost)}."


def doubtful(found: Mapping[str, Evidence]) -> str:
    """How many of all studies' cells that are better or worse could be neither on new data."""
    marked, bounds = 0, False
    lost: list[tuple[str, list[str]]] = []
    unmeasured: list[str] = []
    for name, evidence in found.items():
        cells = new_data(evidence)
        bounds |= any(one.lost and one.basis == "test set, at most" for one in cells.values())
        told = [one for one in cells.values() if one.verdict in ("better", "worse")]
        marked += sum(one.interval is not None for one in told)
        if unknown := sum(one.interval is None for one in told):
            unmeasured.append(f"{unknown} cell{'s' * (unknown > 1)} of {name}")
        own = [display_name(reg) for reg, one in cells.items() if one.lost]
        if own:
            lost.append((name, own))
    count = sum(len(own) for _, own in lost)
    opening = (
        "Verdicts speak of new seeds, and of each study's own test set, or pool of examples. For"
        f" new data intervals are wider: of {marked} differences in accuracy that are better or"
        " worse,"
    )
    others = f" What new data add was not measured for {', '.join(unmeasured)}." * bool(unmeasured)
    if not count:
        return f"{opening} none could be 0 then.{others}"
    named = "; ".join(f"{name}: {', '.join(own)}" for name, own in lost)
    bound = " Without single predictions, which not all studies kept, that is a bound." * bounds
    return f"{opening} {count} could be 0 then ({named}).{bound}{others}"


def studies_table(found: Sequence[Evidence]) -> Table:
    """A row a study with an accuracy: what new data add, and to how many verdicts it matters."""
    return Table(
        "New data",
        ("Study", "What new data add", "How much", "Better or worse", "Of these perhaps neither"),
        tuple(
            (Cell(evidence.study), *_of_study(evidence))
            for evidence in found
            if ACCURACY in evidence.seeds.columns
        ),
        frozenset({0, 1, 2}),
    )


def _of_study(evidence: Evidence) -> Iterator[Cell]:
    cells = new_data(evidence)
    yield Cell("; ".join(dict.fromkeys(ADDS[one.basis] for one in cells.values())) or DASH)
    yield Cell(_how_much(list(cells.values())))
    yield Cell(str(sum(one.verdict in ("better", "worse") for one in cells.values())))
    yield Cell(str(sum(one.lost for one in cells.values())))


def _how_much(cells: Sequence[NewData]) -> str:
    widened = {one.widened for one in cells}
    if None in widened or not cells:
        return DASH
    if widened != {1.0}:
        return f"{fixed(max(one for one in widened if one), 2)} times the error"
    errors = sorted(one.error for one in cells)
    if not errors[-1]:
        return "nothing"
    return f"an error of {percent(errors[0])} to {percent(errors[-1])} points"


def _in_order(found: Mapping[str, NewData], regs: Sequence[str]) -> list[tuple[str, NewData]]:
    return [(reg, found[reg]) for reg in regs if reg in found]
