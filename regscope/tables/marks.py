"""What is a number in text, what stands for a value that is missing, and for a column's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from regscope.base.errors import RegscopeError
from regscope.base.lines import shown

MISSING = ("", "?", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL")
"""What stands for a missing value; spaces around any value do not count."""
INDEX = "(index)"
"""What a first column without a name is called: pandas writes the names of its rows so."""
MOST_COLUMNS = 20_000


def is_number(word: str) -> bool:
    # Python reads 1_000 and digits of other scripts, pyarrow does not.
    if "_" in word or not word.isascii():
        return False
    try:
        float(word)
    except ValueError:
        return False
    return True


def twice(names: Sequence[str]) -> str:
    """The first name that comes again; empty where none does."""
    return next((name for name, often in Counter(names).items() if often > 1), "")


def check_columns(names: Sequence[str]) -> None:
    """Raises RegscopeError over too many columns, and over a name that comes again."""
    if len(names) > MOST_COLUMNS:
        raise RegscopeError(f"{len(names):,} columns; at most {MOST_COLUMNS:,}")
    if again := twice(names):
        raise RegscopeError(f"the column {shown(again)} is there twice")
