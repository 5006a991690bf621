"""What the search field of the report finds: methods, studies, their parts and cells, claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from regscope.figures.style import display_name
from regscope.report import addresses
from regscope.report.blocks import Part
from regscope.report.claims_table import anchor
from regscope.report.columns import comparisons, on_edge
from regscope.report.formats import EDGE
from regscope.report.measured import BY_KEY
from regscope.report.sections import Section
from regscope.report.verdicts import Claims
from regscope.results import told

Entry = tuple[str, str, str]
"""What is found, what is said beside it, and where it leads."""


def search_index(
    sections: Mapping[str, Section],
    parts: Mapping[str, Sequence[Part]],
    regs: Sequence[str],
    claims: Claims,
) -> dict[str, list[Entry]]:
    """By kind, in the order in which they are shown where several fit."""
    return {
        "Method": [
            (display_name(reg), "in all studies", _start(addresses.method(reg))) for reg in regs
        ],
        "Study": [
            (name, section.study.title, addresses.link(addresses.study_file(name)))
            for name, section in sections.items()
        ],
        "Cell": [entry for section in sections.values() for entry in _cells(section)],
        "Part": [
            (f"{part.title}: {name}", "", _within(name, addresses.part(name, part.anchor)))
            for name, found in parts.items()
            for part in found
        ],
        "Claim": [
            (
                claim["statement"],
                f"{claim['verdict']}; {claim['study']}",
                _start(anchor(claim)),
            )
            for claim in claims
        ],
    }


def _cells(section: Section) -> Iterator[Entry]:
    measure = BY_KEY[section.results.primary]
    compared = comparisons(section.results, measure.key)
    for reg in section.regs:
        row = compared.get(reg)
        said = ""
        if row is not None:
            edge = f" ({EDGE})" if on_edge(row) else ""
            said = f"{measure.difference(row['difference'])}, {told(row)}{edge}"
        yield f"{display_name(reg)} in {section.name}", said, _within(section.name, reg)


def _start(anchor: str) -> str:
    return addresses.link(addresses.START, anchor)


def _within(study: str, anchor: str) -> str:
    return addresses.link(addresses.study_file(study), anchor)
