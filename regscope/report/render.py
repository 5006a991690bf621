"""A table, and its two plain-text forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from regscope.report.formats import MINUS
from regscope.statistics import EQUAL

SEPARABLE = (
    "better", "worse", "higher", "lower", "reproduced", "not at the strength assumed",
    "not in the setting assumed", "contradicted",
)  # fmt: skip
"""The verdicts that are marked: of comparisons, and of published claims."""

LONGEST_ENTRY = 28


@dataclass(frozen=True)
class Cell:
    """One entry of a table. `verdict` marks what it says; `reg` names a regularizer's own cell.

    `order`: what to sort it by in place of its text. `edge`: the verdict is not firm, and the mark
    has no weight.
    """

    text: str
    verdict: str = ""
    reg: str = ""
    order: str = ""
    edge: bool = False

    @property
    def stands_out(self) -> bool:
        """Bold, in the colour of what it says."""
        return self.verdict in SEPARABLE and not self.edge

    @property
    def css_class(self) -> str:
        """Of the verdict, where it is an answer."""
        if not self.verdict or self.verdict not in (*SEPARABLE, EQUAL):
            return ""
        return self.verdict.replace(" ", "-") + " edge" * self.edge


@dataclass(frozen=True)
class Table:
    """The first column is of words and left-aligned; `words` says which others are.

    anchors: of every row its name in addresses, empty for none; no names where there are no rows to
    be led to. largest_first: the columns that are best read from the largest down.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: frozenset[int] = frozenset({0})
    anchors: tuple[str, ...] = ()
    largest_first: frozenset[int] = frozenset()

    def led_to(self, prefix: str = "") -> Table:
        """The table with the name of the cell that a row is of as the row's anchor."""
        return replace(
            self, anchors=tuple(row[0].reg and f"{prefix}{row[0].reg}" for row in self.rows)
        )

    @cached_property
    def long(self) -> frozenset[int]:
        """The columns that hold sentences, and may be broken over lines."""
        return frozenset(
            index
            for index in range(len(self.columns))
            if any(len(row[index].text) > LONGEST_ENTRY for row in self.rows)
        )


# Brackets and less-than signs are special only where a link, a tag or an entity could begin,
# so that intervals and "<0.001" stay readable in the source.
_SPECIAL = re.compile(r"[\\`*|~$]|\](?=[(\[:])|<(?=[A-Za-z/!?])|&(?=[#\w])|(?<!\w)_|_(?!\w)|^(?=#)")


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def markdown(table: Table) -> str:
    """A GitHub-flavoured table; what is separable is bold.

    Columns are not padded in the source: there, a number that changes is to change its line alone.
    """
    head = [escape(heading) for heading in table.columns]
    rule = [":--" if index in table.words else "--:" for index in range(len(head))]
    body = [[_markdown_cell(cell) for cell in row] for row in table.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, rule, *body))


def _markdown_cell(cell: Cell) -> str:
    text = escape(cell.text)
    return f"**{text}**" if cell.stands_out else text


def plain_text(table: Table) -> str:
    """Aligned columns for a terminal, with a rule below the headings and an ASCII minus sign."""
    body = [[cell.text.replace(MINUS, "-") for cell in row] for row in table.rows]
    widths = _widths([table.columns, *body])
    lines = [_aligned(row, widths, table.words) for row in (table.columns, *body)]
    rule = ["-" * width for width in widths]
    return "".join(f"{'  '.join(line).rstrip()}\n" for line in (lines[0], rule, *lines[1:]))


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(3, *(len(text) for text in texts)) for texts in zip(*rows, strict=True)]


def _aligned(row: Iterable[str], widths: list[int], words: frozenset[int]) -> list[str]:
    return [
        text.ljust(width) if index in words else text.rjust(width)
        for index, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
