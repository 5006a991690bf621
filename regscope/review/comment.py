"""The comment on a pull request, in Markdown as GitHub reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape as html_escape

from regscope.report.render import Table, escape, markdown
from regscope.review.cells import CellChange
from regscope.review.changes import Changes
from regscope.review.dotted import Change
from regscope.review.headline import headline
from regscope.review.limits import FULL, POSTED, Limits
from regscope.review.pictures import Addresses, names, side_by_side
from regscope.review.quiet import quiet
from regscope.review.tables import cells_table, dvc_table, flips_table, params_table

MARKER = "<!-- regscope review -->"
"""The first line, by which the comment is found again."""

OPEN_ROWS = 20
"""A table with more is folded."""

NOISE = (
    "After minus before over the same seeds, in percentage points, with its 95 % interval: *within"
    " noise* where that holds 0. Each interval stands by itself; of 20 cells that differ by chance"
    " alone, one is beyond noise on average."
)


def comment(
    changes: Changes,
    command: str,
    addresses: Addresses | None = None,
    limits: Limits = POSTED,
) -> str:
    """`command` gives all of it where parts had to be left out; `addresses` show pictures.

    A section that does not fit is left out, and what comes after it is not.
    """
    first = headline(changes.cells, changes.cell_count, changes.flips, changes.others)
    text = f"{MARKER}\n{_words(first)}\n"
    notice = f"\nMore than a comment holds; all of it: `{command}`\n"
    sections = list(_sections(changes, addresses, limits))
    whole = sections == list(_sections(changes, addresses, FULL))
    for section in sections:
        if limits.characters and len(text) + len(section) + len(notice) >= limits.characters:
            whole = False
        else:
            text += f"\n{section}"
    return text if whole else text + notice


def _sections(changes: Changes, addresses: Addresses | None, limits: Limits) -> Iterator[str]:
    if changes.cells:
        yield from _cells(changes.cells, limits)
        if any(change.difference for change in changes.cells):
            yield f"{NOISE}\n"
    if changes.measures:
        moved = [
            f"{name} ({count} cell{'s' * (count > 1)})" for name, count in changes.measures.items()
        ]
        yield _line("Moved in cells whose accuracy is the same", moved)
    if changes.flips:
        yield _table("Flipped verdicts", flips_table(changes.flips), limits)
    for title, claims in (("New", changes.new_claims), ("No longer", changes.gone_claims)):
        if claims:
            yield _line(f"{title} among the claims", claims, limits.named)
    if changes.outdated:
        yield _line(
            "**Results of other settings** than params.yaml has, to be made anew",
            _by_study(changes.outdated, limits),
        )
    if changes.elsewhere:
        yield _line("Trained by other means", _by_study(changes.elsewhere, limits))
    for path, changed in changes.params.items():
        if changed:
            yield _table(path.as_posix(), params_table(changed), limits)
    if changes.dvc:
        title = f"dvc metrics diff ({len(changes.dvc) - 1})"
        yield _folded(title, _cut(dvc_table(changes.dvc), limits))
    yield from _pictures(changes, addresses, limits)


def _cells(changed: Sequence[CellChange], limits: Limits) -> Iterator[str]:
    """In one table, or, where they are many, those that are as good as equal in a folded one."""
    calm = [change for change in changed if change.kind in ("equal", "within")]
    if len(changed) <= OPEN_ROWS:
        calm = []
    others = [change for change in changed if change not in calm]
    if others:
        yield _table("Changed cells", cells_table(others, limits), limits)
    if calm:
        title = f"Cells that changed within the seeds' noise ({len(calm)})"
        yield _folded(title, _cut(cells_table(calm, limits), limits))


def _pictures(changes: Changes, addresses: Addresses | None, limits: Limits) -> Iterator[str]:
    shown = [picture for picture in changes.pictures if addresses and picture.seen]
    shown = shown[: limits.pictures]
    if addresses:
        for title, table in side_by_side(shown, addresses):
            yield _folded(f"Changed pictures: {title}", table)
    others = [picture for picture in changes.pictures if picture not in shown]
    if others:
        drawn = "Changed pictures that are not shown" if addresses else "Changed pictures"
        yield _folded(f"{drawn} ({len(others)})", names(others))


def _table(title: str, table: Table, limits: Limits) -> str:
    if len(table.rows) > OPEN_ROWS:
        return _folded(f"{title} ({len(table.rows)})", _cut(table, limits))
    return f"**{_words(title)}**\n\n{quiet(markdown(table))}"


def _cut(table: Table, limits: Limits) -> str:
    shown = table.rows[: limits.rows]
    more = len(table.rows) - len(shown)
    text = quiet(markdown(replace(table, rows=shown)))
    return f"{text}\nand {more} more\n" if more else text


def _folded(title: str, body: str) -> str:
    summary = quiet(html_escape(title, quote=False))
    return f"<details><summary>{summary}</summary>\n\n{body}\n</details>\n"


def _line(title: str, entries: Sequence[str], most: int | None = None) -> str:
    """At most as many entries, and how many more there are."""
    told = [_words(entry) for entry in entries[:most]]
    more = [f"and {len(entries) - len(told)} more"] if len(entries) > len(told) else []
    return f"{title}: {', '.join([*told, *more])}.\n"


def _by_study(changed: Mapping[str, tuple[Change, ...]], limits: Limits) -> list[str]:
    return [f"{name} ({limits.told(found)})" for name, found in changed.items()]


def _words(text: str) -> str:
    return quiet(escape(text))
