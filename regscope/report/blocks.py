"""What a part of a page is made of; both pages are written from the same blocks."""

from __future__ import annotations

from dataclasses import dataclass

from regscope.report.pictures import Picture
from regscope.report.published import Document
from regscope.report.render import Table


@dataclass(frozen=True)
class Note:
    text: str


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Source:
    """Where published figures stand, and what their document leaves open."""

    document: Document


@dataclass(frozen=True)
class Code:
    text: str


@dataclass(frozen=True)
class Folded:
    """What few read: shown under its title when asked for, and left out of the Markdown pages."""

    title: str
    blocks: tuple[Block, ...]


Block = Note | Heading | Source | Code | Folded | Picture | Table


@dataclass(frozen=True)
class Part:
    """One subject of a study. `anchor` is its name in addresses."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


def kind(block: Block) -> str:
    """The name of the block's class, in lower case."""
    return type(block).__name__.lower()
