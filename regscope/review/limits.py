"""How much of everything a comment shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """None where there is none.

    `characters` of the whole comment, `rows` of a table, `named` claims in one line, `settings` of
    a cell or study, each of at most `setting` characters, and `pictures` that are shown.
    """

    characters: int | None = None
    rows: int | None = None
    named: int | None = None
    settings: int | None = None
    setting: int | None = None
    pictures: int | None = None

    def told(self, settings: Sequence[object]) -> str:
        """The first of them, and how many more there are."""
        shown = [_cut(str(entry), self.setting) for entry in settings[: self.settings]]
        more = len(settings) - len(shown)
        return "; ".join([*shown, f"and {more} more"] if more else shown)


POSTED = Limits(characters=65_000, rows=100, named=10, settings=3, setting=60, pictures=60)
"""GitHub takes 65,536 characters; a table of 100 rows and its settings then leave room for more."""

FULL = Limits()


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}…"
