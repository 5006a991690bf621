"""The comment on a pull request, in Markdown as GitHub reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape as html_escape

from regscope.report.render import Table, escape, markdown
from regscope.review.cells import CellChange
from regscope.review.changes import Changes
from regscope.review.dotted import Change
from regscope.review.headline import headline
from regscope.review.pictures import Addresses, names, side_by_side
from regscope.review.tables import cells_table, dvc_table, flips_table, params_table

MARKER = "<!-- regscope review -->"
"""The first line, by which the comment is found again."""

LONGEST = 65_000
"""Characters; GitHub takes 65,536."""

OPEN_ROWS = 20
"""A table with more is folded."""

MOST_ROWS = 100

MOST_PICTURES = 60

MOST_NAMED = 10
"""Claims in one line."""

NOISE = (
    "After minus before over the same seeds, in percentage points, with its 95 % interval: *within"
    " noise* where that holds 0. Each interval stands by itself; of 20 cells that differ by chance"
    " alone, one is beyond noise on average."
)


def comment(changes: Changes, command: str, addresses: Addresses | None = None) -> str:
    """`command` gives the same text where parts had to be left out; `addresses` show pictures."""
    first = headline(changes.cells, changes.cell_count, len(changes.flips), changes.others)
    text = f"{MARKER}\n{escape(first)}\n"
    left_out = f"\nMore than a comment holds; the rest: `{command}`\n"
    for section in _sections(changes, addresses):
        if len(text) + len(section) + len(left_out) > LONGEST:
            return text + left_out
        text += f"\n{section}"
    return text


def _sections(changes: Changes, addresses: Addresses | None) -> Iterator[str]:
    if changes.cells:
        yield from _cells(changes.cells)
        if any(change.difference for change in changes.cells):
            yield f"{NOISE}\n"
    if changes.measures:
        moved = (
            f"{name} ({count} cell{'s' * (count > 1)})" for name, count in changes.measures.items()
        )
        yield _line("Moved in cells whose accuracy is the same", moved)
    if changes.flips:
        yield _table("Flipped verdicts", flips_table(changes.flips))
    for title, claims in (("New", changes.new_claims), ("No longer", changes.gone_claims)):
        if claims:
            yield _line(f"{title} among the claims", claims[:MOST_NAMED], len(claims))
    if changes.outdated:
        yield _line(
            "**Results of other settings** than params.yaml has, to be made anew",
            _by_study(changes.outdated),
        )
    if changes.elsewhere:
        yield _line("Trained by other means", _by_study(changes.elsewhere))
    for path, changed in changes.params.items():
        if changed:
            yield _table(path.as_posix(), params_table(changed))
    if changes.dvc:
        yield _folded(f"dvc metrics diff ({len(changes.dvc) - 1})", _cut(dvc_table(changes.dvc)))
    yield from _pictures(changes, addresses)


def _cells(changed: Sequence[CellChange]) -> Iterator[str]:
    """In one table, or, where they are many, those that are as good as equal in a folded one."""
    calm = [change for change in changed if change.kind in ("equal", "within")]
    if len(changed) <= OPEN_ROWS:
        calm = []
    others = [change for change in changed if change not in calm]
    if others:
        yield _table("Changed cells", cells_table(others))
    if calm:
        title = f"Cells that changed within the seeds' noise ({len(calm)})"
        yield _folded(title, _cut(cells_table(calm)))


def _pictures(changes: Changes, addresses: Addresses | None) -> Iterator[str]:
    shown = [picture for picture in changes.pictures if addresses and picture.seen]
    shown = shown[:MOST_PICTURES]
    if addresses:
        for title, table in side_by_side(shown, addresses):
            yield _folded(f"Changed pictures: {title}", table)
    others = [picture for picture in changes.pictures if picture not in shown]
    if others:
        drawn = "Changed pictures that are not shown" if addresses else "Changed pictures"
        yield _folded(f"{drawn} ({len(others)})", names(others))


def _table(title: str, table: Table) -> str:
    if len(table.rows) > OPEN_ROWS:
        return _folded(f"{title} ({len(table.rows)})", _cut(table))
    return f"**{escape(title)}**\n\n{markdown(table)}"


def _cut(table: Table) -> str:
    more = len(table.rows) - MOST_ROWS
    text = markdown(replace(table, rows=table.rows[:MOST_ROWS]))
    return text if more <= 0 else f"{text}\nand {more} more\n"


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{html_escape(title, quote=False)}</summary>\n\n{body}\n</details>\n"


def _line(title: str, entries: Iterable[str], count: int = 0) -> str:
    """`count`: how many there are, where `entries` are only the first."""
    told = [escape(entry) for entry in entries]
    more = [f"and {count - len(told)} more"] if count > len(told) else []
    return f"{title}: {', '.join([*told, *more])}.\n"


def _by_study(changed: Mapping[str, tuple[Change, ...]]) -> Iterator[str]:
    return (f"{name} ({'; '.join(map(str, found))})" for name, found in changed.items())
