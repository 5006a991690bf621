"""metrics/README.md: the tables of every study, for reading on a code host."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from regscope import paths
from regscope.figures.style import display_name
from regscope.report import tables, words
from regscope.report.pictures import Picture, pictures
from regscope.report.published import Document
from regscope.report.render import escape, markdown
from regscope.report.sections import Section

PUBLISHED_ALT = (
    "Published single runs beside every seed of ours: diamonds are published runs, small dots are"
    " seeds, large dots are means with 95 % intervals."
)


def results_page(sections: Mapping[str, Section], regs: Sequence[str]) -> str:
    """The whole page; it depends on committed files only and holds no date."""
    blocks = [
        f"# {words.TITLE}",
        words.LEAD,
        "Written by the stage `report` from `metrics/studies/`; changes made here are lost.",
    ]
    if sections:
        studies = {name: section.results for name, section in sections.items()}
        overview = tables.overview_table(studies, regs)
        blocks += ["## Overview", f"{overview.caption}; bold where separable.", markdown(overview)]
        blocks += ["## How to read", _how_to_read()]
    for section in sections.values():
        blocks += _study(section)
    return "\n\n".join(block.rstrip("\n") for block in blocks) + "\n"


def document_source(document: Document) -> str:
    """Where the published figures stand, as Markdown."""
    return f"*{escape(document.title)}* (`{document.file}`, {escape(document.section)})"


def link(file: Path, page: Path) -> str:
    """The address of a file as seen from a page, both relative to the repository."""
    return quote(Path(os.path.relpath(file, page.parent)).as_posix())


def _how_to_read() -> str:
    return "\n".join(f"- **{term}**: {meaning}" for term, meaning in words.HOW_TO_READ)


def _study(section: Section) -> Iterator[str]:
    shown = pictures(section.name)

    def picture(name: str) -> list[str]:
        return [_image(shown.pop(name), section.study.title)] if name in shown else []

    yield f"## {escape(section.name)}"
    yield f"**{escape(section.study.title)}**, {section.seeds} seeds. {section.finding}"
    yield markdown(section.accuracy)
    yield section.test_error
    yield from picture("accuracy")
    for document, table in section.published:
        yield "### Beside published single runs"
        yield (
            f"{document_source(document)}. It does not state: {escape(document.unstated)}; here"
            " these are the study's choice."
        )
        yield markdown(table)
        yield tables.inside(table)
    yield "### Losses and gaps"
    yield markdown(section.losses)
    yield from picture("curves")
    yield "### Weights"
    for table in section.weights:
        yield f"`{table.caption}`"
        yield markdown(table)
    for name in ("weights", "weights_by_layer", "heatmaps"):
        yield from picture(name)
    yield "### Classes"
    yield f"{section.classes.caption}:"
    yield markdown(section.classes)
    for name in list(shown):
        yield from picture(name)
    yield "### Settings"
    yield escape(section.settings) + "."
    yield (
        "Cells: "
        + "; ".join(
            f"{escape(display_name(reg))}: {escape(setting)}" for reg, setting in section.strengths
        )
        + "."
    )
    yield f"Environment: {escape(section.environment_line)}."


def _image(picture: Picture, title: str) -> str:
    address = link(picture.file, paths.RESULTS_PAGE)
    return f"![{escape(picture.alt(title))}]({address})"
