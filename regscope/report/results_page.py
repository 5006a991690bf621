"""metrics/README.md: the tables of every study, for reading on a code host."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from regscope.base import paths
from regscope.figures.style import display_name
from regscope.regularizers import REGULARIZERS
from regscope.report import tables, words
from regscope.report.blocks import Block, Folded, Heading, Note, Part, Source
from regscope.report.claims_table import claims_table
from regscope.report.parts import parts
from regscope.report.pictures import Picture
from regscope.report.published import Document
from regscope.report.render import Table, escape, markdown
from regscope.report.sections import Section
from regscope.report.seed_counts import seed_counts_table
from regscope.report.verdicts import DECIDED, Claims, counts_table, discoveries, headline

CARDS = Path("docs") / "regularizers"

PUBLISHED_ALT = (
    "Published single runs beside every seed of ours: diamonds are published runs, small dots are"
    " seeds, large dots are means with 95 % intervals."
)


def results_page(
    sections: Mapping[str, Section],
    regs: Sequence[str],
    claims: Claims = (),
    found: Mapping[str, Sequence[Part]] | None = None,
) -> str:
    """The whole page; it depends on committed files only and holds no date.

    found: the studies' parts, made here if not given.
    """
    blocks = [
        f"# {words.TITLE}",
        words.LEAD,
        "Written by the stage `report` from `metrics/`; changes made here are lost.",
        _methods(),
    ]
    if claims:
        judged = [claim for claim in claims if claim["verdict"] in DECIDED]
        blocks += ["## Published claims", headline(claims), markdown(counts_table(claims))]
        blocks += [discoveries(claims)]
        blocks += [markdown(claims_table(judged))] if judged else []
    if sections:
        studies = {name: section.results for name, section in sections.items()}
        overview = tables.overview_table(studies, regs)
        blocks += ["## Overview", f"{overview.caption}; {words.MARKS}.", markdown(overview)]
        counts = seed_counts_table([section.evidence for section in sections.values()])
        blocks += ["## Seeds needed", markdown(counts)]
        blocks += ["## How to read", _how_to_read()]
    for name, section in sections.items():
        blocks += _study(section, parts(section) if found is None else found[name])
    return "\n\n".join(block.rstrip("\n") for block in blocks) + "\n"


def document_source(document: Document) -> str:
    """Where the published figures stand, as Markdown."""
    return f"*{escape(document.title)}* (`{document.file}`, {escape(document.place)})"


def link(file: Path, page: Path) -> str:
    """The address of a file as seen from a page, both relative to the repository."""
    return quote(Path(os.path.relpath(file, page.parent)).as_posix())


def _methods() -> str:
    """Links to the cards of all methods."""
    cards = (
        f"[{display_name(name)}]({link(CARDS / f'{name}.md', paths.RESULTS_PAGE)})"
        for name in REGULARIZERS
    )
    return f"What each method does: {', '.join(cards)}."


def _how_to_read() -> str:
    return "\n".join(f"- **{term}**: {meaning}" for term, meaning in words.HOW_TO_READ)


def _study(section: Section, found: Sequence[Part]) -> Iterator[str]:
    yield f"## {escape(section.name)}"
    yield f"**{escape(section.study.title)}**, {section.seeds} seeds. {section.finding}"
    yield f"{section.changes.caption}; {words.MARKS}. {words.NEUTRAL}"
    yield markdown(section.changes)
    for part in found:
        yield f"### {part.title}"
        for block in part.blocks:
            yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Table():
            yield f"{escape(block.caption)}:"
            yield markdown(block)
        case Picture():
            yield f"![{escape(block.alt)}]({link(block.file, paths.RESULTS_PAGE)})"
        case Heading():
            yield f"#### {escape(block.text)}"
        case Source(document):
            yield (
                f"{document_source(document)}. It does not state: {escape(document.unstated)};"
                " here these are the study's choice."
            )
        case Folded() if block.everywhere:
            yield f"<details><summary>{escape(block.title)}</summary>"
            for inner in block.blocks:
                yield from _block(inner)
            yield "</details>"
        case Note():
            yield escape(block.text)
