"""A study's page of the report."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from regscope.report import addresses
from regscope.report.alternative_texts import alternative_text
from regscope.report.blocks import Block, Folded, Part
from regscope.report.cell_means import cell_means, side_by_side
from regscope.report.findings import study_findings
from regscope.report.frame import Frame, data
from regscope.report.pictures import Picture
from regscope.report.sections import Section

HEADER = 24
"""The bytes in which a PNG says how large it is."""


def study_html(frame: Frame, section: Section, parts: Sequence[Part]) -> bytes:
    """The whole page; its pictures stand beside it."""
    means = cell_means(section)
    return frame.page(
        "study.html.jinja",
        heading=section.study.title,
        name=section.name,
        section=section,
        parts=parts,
        findings=study_findings(section),
        changes=section.changes.led_to(),
        pictures={
            one.file: attributes(one.file, _start(one.file), alternative_text(one, section, means))
            for one in shown_pictures(parts)
        },
        side_by_side=data(side_by_side(section, means)),
    )


def shown_pictures(parts: Iterable[Part]) -> Iterator[Picture]:
    for part in parts:
        yield from _inside(part.blocks)


def attributes(file: Path, png: bytes, alt: str) -> dict[str, str | int]:
    """Of a picture's element, its `width` and `height` in pixels."""
    width, height = struct.unpack(">II", png[HEADER - 8 : HEADER])
    source = addresses.link(addresses.picture_file(file))
    return {"src": source, "width": width, "height": height, "alt": alt}


def _start(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(HEADER)


def _inside(blocks: Iterable[Block]) -> Iterator[Picture]:
    for block in blocks:
        if isinstance(block, Picture):
            yield block
        elif isinstance(block, Folded):
            yield from _inside(block.blocks)
