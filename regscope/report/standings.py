"""How every method stands against none, study by study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.columns import comparisons, name_cell, on_edge
from regscope.report.formats import DASH
from regscope.report.render import Cell, Table
from regscope.report.sections import Section
from regscope.results import told
from regscope.statistics import EQUAL
from regscope.study.params import BASELINE


@dataclass(frozen=True)
class Standing:
    """The studies that have a method as a cell of their own, by what they say of it.

    better, worse, equal (shown to make no difference that matters): firmly. open: all others, those
    on the edge or with too few seeds and what is better than none and than no guess among them.
    tried: those in which it also had the best of several learning rates and epochs; better_there,
    worse_there: those of them in which it is so even then, firmly.
    """

    reg: str
    better: tuple[str, ...]
    worse: tuple[str, ...]
    equal: tuple[str, ...]
    open: tuple[str, ...]
    tried: tuple[str, ...] = ()
    better_there: tuple[str, ...] = ()
    worse_there: tuple[str, ...] = ()

    @property
    def studies(self) -> tuple[str, ...]:
        return (*self.better, *self.worse, *self.equal, *self.open)


WORDS = {
    "better": "firmly better",
    "worse": "firmly worse",
    "equal": "without a difference that matters",
    "open": "open",
}
"""What a method is in the studies of a `Standing`."""

KINDS = {"better": "better", "worse": "worse", EQUAL: "equal"}


def standings(sections: Mapping[str, Section], regs: Sequence[str]) -> tuple[Standing, ...]:
    """Of every method but the baseline that some study has, in the order of `regs`."""
    found = (_standing(reg, sections.values()) for reg in regs if reg != BASELINE)
    return tuple(standing for standing in found if standing.studies)


def _standing(reg: str, sections: Iterable[Section]) -> Standing:
    own: dict[str, list[str]] = {"better": [], "worse": [], "equal": [], "open": []}
    there: dict[str, list[str]] = {"better": [], "worse": [], "equal": [], "open": []}
    for section in sections:
        row = comparisons(section.results, section.results.primary).get(reg)
        if row is None:
            continue
        own[_kind(row)].append(section.name)
        best = section.at_best.tuned.get(reg) if section.at_best else None
        if best is not None:
            there[_kind(best)].append(section.name)
    return Standing(
        reg,
        **{kind: tuple(names) for kind, names in own.items()},
        tried=tuple(name for names in there.values() for name in names),
        better_there=tuple(there["better"]),
        worse_there=tuple(there["worse"]),
    )


def _kind(row: Mapping[Any, Any]) -> str:
    return "open" if on_edge(row) else KINDS.get(told(row), "open")


def decided(row: Mapping[Any, Any]) -> str:
    """The verdict of a row of comparisons that is better, worse or EQUAL, firmly; else empty."""
    return "" if _kind(row) == "open" else told(row)


def standings_table(found: Sequence[Standing], fewest: int = 1, most: int | None = None) -> Table:
    """A row a method that at least `fewest` studies have and that is firmly better or worse in one,
    the most often better first, at most `most`; where none is, all have one."""
    several = [one for one in found if len(one.studies) >= fewest] or found
    kept = [one for one in several if one.better or one.worse] or several
    ordered = sorted(kept, key=lambda one: (-len(one.better), len(one.worse), -len(one.equal)))
    return Table(
        f"Every method against {BASELINE}: what is firm, in which studies",
        (
            "Regularizer",
            "Better",
            "Worse",
            "No difference that matters",
            "Open",
            "Better when tuned",
        ),
        tuple((name_cell(one.reg), *_entries(one)) for one in ordered[:most]),
        frozenset(range(6)),
    )


def further(found: Sequence[Standing], table: Table) -> str:
    """Of the methods without a row in the table what they are, in a sentence; empty for none."""
    there = {row[0].reg for row in table.rows}
    others = [one for one in found if one.reg not in there]
    told = []
    for kind, words in WORDS.items():
        named = [display_name(one.reg) for one in others if getattr(one, kind)]
        if named:
            told.append(f"{words} in a study: {joined(named)}")
    return f"Further methods, {'; '.join(told)}." if told else ""


def _entries(one: Standing) -> Iterator[Cell]:
    yield Cell(_counted(one.better), "better" if one.better else "")
    yield Cell(_counted(one.worse), "worse" if one.worse else "")
    yield Cell(_counted(one.equal))
    yield Cell(str(len(one.open)) if one.open else DASH)
    counted = f"{len(one.better_there)} of {len(one.tried)}"
    named = f": {', '.join(one.better_there)}" if one.better_there else ""
    yield Cell(counted + named if one.tried else DASH)


def _counted(studies: Sequence[str]) -> str:
    return f"{len(studies)}: {', '.join(studies)}" if studies else DASH
