"""Blocks of a page as Markdown, and links between files of the repository."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from regscope.base import paths
from regscope.report.blocks import Block, Heading, Note, Source
from regscope.report.how_sure import HOW_SURE
from regscope.report.pictures import Picture
from regscope.report.published import Document
from regscope.report.questions import Question
from regscope.report.render import Table, escape, markdown

FEW = 3


def joined(blocks: Iterable[str]) -> str:
    """A page of paragraphs, tables and headings."""
    return "\n\n".join(block.rstrip("\n") for block in blocks) + "\n"


def bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {escape(sentence)}" for sentence in sentences)


def answered(questions: Iterable[Question], page: Path) -> str:
    """A line a question: the answer, how sure it is, and the pages of the studies it is about."""
    return "\n".join(
        f"- **{escape(one.asked)}** {escape(' '.join(one.answer))}"
        f"<br>*{HOW_SURE}* {escape(one.sure)}.{_where(one, page)}"
        for one in questions
    )


def _where(question: Question, page: Path) -> str:
    """Of more than FEW studies nothing: the results page lists all of them."""
    if len(question.about) > FEW:
        return ""
    anchor = "#published-claims" if question.claim else ""
    links = [
        f"[{escape(name)}]({link(paths.study_page(name), page)}{anchor})" for name in question.about
    ]
    return f" {', '.join(links)}" if links else ""


def link(file: Path, page: Path) -> str:
    """The address of a file as seen from a page, both relative to the repository."""
    return quote(Path(os.path.relpath(file, page.parent)).as_posix())


def document_source(document: Document) -> str:
    """Where the published figures stand."""
    return f"*{escape(document.title)}* (`{document.file}`, {escape(document.place)})"


def shown(block: Block, page: Path) -> Iterator[str]:
    """The block's paragraphs; what is folded or code is left to other pages."""
    match block:
        case Table():
            yield f"{escape(block.caption)}:"
            yield markdown(block)
        case Picture():
            yield f"![{escape(block.alt)}]({link(block.file, page)})"
        case Heading():
            yield f"### {escape(block.text)}"
        case Source(document):
            yield (
                f"{document_source(document)}. It does not state: {escape(document.unstated)};"
                " here these are the study's choice."
            )
        case Note():
            yield escape(block.text)
