"""How every method stands against none, study by study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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

    better, worse: firmly. equal: shown to make no difference that matters, firmly or not. open: all
    others, verdicts on the edge and what is better than none and than no guess among them. tried:
    those in which it was also given its best learning rate and epochs; better_there: those of them
    in which it is firmly better even so.
    """

    reg: str
    better: tuple[str, ...]
    worse: tuple[str, ...]
    equal: tuple[str, ...]
    open: tuple[str, ...]
    tried: tuple[str, ...] = ()
    better_there: tuple[str, ...] = ()

    @property
    def studies(self) -> tuple[str, ...]:
        return (*self.better, *self.worse, *self.equal, *self.open)


def standings(sections: Mapping[str, Section], regs: Sequence[str]) -> tuple[Standing, ...]:
    """Of every method but the baseline that some study has, in the order of `regs`."""
    found = (_standing(reg, sections.values()) for reg in regs if reg != BASELINE)
    return tuple(standing for standing in found if standing.studies)


def _standing(reg: str, sections: Iterable[Section]) -> Standing:
    said: dict[str, list[str]] = {"better": [], "worse": [], "equal": [], "open": []}
    tried: list[str] = []
    better_there: list[str] = []
    for section in sections:
        row = comparisons(section.results, section.results.primary).get(reg)
        if row is None:
            continue
        said[_kind(told(row), on_edge(row))].append(section.name)
        best = section.at_best.tuned.get(reg) if section.at_best else None
        if best is not None:
            tried.append(section.name)
            if told(best) == "better" and not on_edge(best):
                better_there.append(section.name)
    by_kind = {kind: tuple(names) for kind, names in said.items()}
    return Standing(reg, **by_kind, tried=tuple(tried), better_there=tuple(better_there))


def _kind(verdict: str, edge: bool) -> str:
    if verdict == EQUAL:
        return "equal"
    return "open" if edge or verdict not in ("better", "worse") else verdict


def standings_table(found: Sequence[Standing], fewest: int = 1) -> Table:
    """A row a method that at least `fewest` studies have, the most often better first."""
    kept = [standing for standing in found if len(standing.studies) >= fewest]
    ordered = sorted(kept, key=lambda one: (-len(one.better), len(one.worse), -len(one.equal)))
    return Table(
        f"Every method against {BASELINE}: in which studies it is firmly better or worse",
        (
            "Regularizer",
            "Better",
            "Worse",
            "No difference that matters",
            "Open",
            "Better at its best learning rate",
        ),
        tuple((name_cell(one.reg), *_entries(one)) for one in ordered),
        frozenset(range(6)),
    )


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
