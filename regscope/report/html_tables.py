"""A table as HTML. Written here and not in a template, which takes many times as long."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from markupsafe import Markup, escape

from regscope.report.render import Cell, Table


def table_html(table: Table, name: str = "") -> Markup:
    """The table in a box of its own, which scrolls where it is wider than the page.

    name: a further CSS class of the table.
    """
    return Markup("\n".join(_lines(table, name)))


def _lines(table: Table, name: str) -> Iterator[str]:
    caption = escape(table.caption)
    yield f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}">'
    yield f"<table{_class('sortable', name)}>"
    yield f"<caption><span>{caption}</span></caption>"
    columns = [_column(table, index) for index in range(len(table.columns))]
    yield "<thead>\n<tr>"
    for index, heading in enumerate(table.columns):
        falling = ' data-first="largest"' if index in table.largest_first else ""
        yield f'<th scope="col"{_class(columns[index])}{falling}>{escape(heading)}</th>'
    yield "</tr>\n</thead>\n<tbody>"
    anchors = table.anchors or ("",) * len(table.rows)
    for anchor, (first, *others) in zip(anchors, table.rows, strict=True):
        yield f'<tr id="{escape(anchor)}">' if anchor else "<tr>"
        yield f'<th scope="row"{_class(columns[0])}>{_entry(first)}</th>'
        for of_column, cell in zip(columns[1:], others, strict=True):
            order = f' data-order="{escape(cell.order)}"' if cell.order else ""
            yield f"<td{_class(of_column, cell.css_class)}{order}>{_entry(cell)}</td>"
        yield "</tr>"
    yield "</tbody>\n</table>\n</div>"


def _column(table: Table, index: int) -> str:
    return " ".join(["words"] * (index in table.words) + ["long"] * (index in table.long))


@cache
def _class(*names: str) -> str:
    given = " ".join(filter(None, names))
    return f' class="{escape(given)}"' if given else ""


def _entry(cell: Cell) -> str:
    swatch = f'<span class="swatch reg-{escape(cell.reg)}"></span>' if cell.reg else ""
    return f"{swatch}{escape(cell.text)}"
