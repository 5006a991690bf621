"""Pictures that differ between two trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from regscope.report.formats import DASH
from regscope.report.render import escape
from regscope.review.quiet import quiet
from regscope.review.trees import Tree

SUFFIXES = (".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp")


@dataclass(frozen=True)
class Addresses:
    """Where the files of both trees can be seen: a path goes behind `before` and `after`."""

    before: str
    after: str


@dataclass(frozen=True)
class ChangedPicture:
    """`before` and `after`: whether each tree has it. `seen`: whether `Addresses.after` shows the
    newer one, which it does not of a picture that was drawn and not committed."""

    path: str
    before: bool
    after: bool
    seen: bool


def changed_pictures(
    before: Tree, after: Tree, committed: Mapping[str, str]
) -> tuple[ChangedPicture, ...]:
    """The pictures that are new, gone or have other bytes; `committed` are the blobs that can be
    seen of the newer tree."""
    return tuple(
        ChangedPicture(
            path,
            path in before.blobs,
            path in after.blobs,
            after.blobs.get(path) == committed.get(path),
        )
        for path in sorted({*before.blobs, *after.blobs})
        if Path(path).suffix.lower() in SUFFIXES and before.blobs.get(path) != after.blobs.get(path)
    )


def side_by_side(pictures: Sequence[ChangedPicture], addresses: Addresses) -> list[tuple[str, str]]:
    """A title and a table for each folder, a row a picture."""
    tables = []
    for folder, group in groupby(pictures, key=lambda picture: str(Path(picture.path).parent)):
        shown = list(group)
        lines = ["| picture | before | after |", "| :-- | :-- | :-- |"]
        lines += [f"| {' | '.join(_row(picture, addresses))} |" for picture in shown]
        tables.append((f"{folder} ({len(shown)})", "\n".join(lines) + "\n"))
    return tables


def names(pictures: Iterable[ChangedPicture]) -> str:
    return "".join(f"- {_words(picture.path)}{_state(picture)}\n" for picture in pictures)


def _row(picture: ChangedPicture, addresses: Addresses) -> tuple[str, str, str]:
    before = _image(addresses.before, picture.path) if picture.before else DASH
    after = _image(addresses.after, picture.path) if picture.after else DASH
    return _words(Path(picture.path).name), before, after


def _state(picture: ChangedPicture) -> str:
    if picture.before and picture.after:
        return ""
    return " (new)" if picture.after else " (gone)"


def _image(prefix: str, path: str) -> str:
    return f"![{_words(Path(path).stem)}]({prefix.rstrip('/')}/{quote(path)})"


def _words(text: str) -> str:
    return quiet(escape(text))
