"""The one line that a person is told: short, plain and whole, whatever it echoes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

LINE = 285
"""The most characters of a line, `regscope: ` before it not counted."""

VALUE = 60
LIST = 140
"""The most characters that an echoed value, and a list of choices, may take of it."""


def plain(text: str) -> str:
    """`text` with everything escaped that is no visible character: line ends, NUL, marks that
    turn the direction of reading."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")


def cut(text: str, most: int) -> str:
    """`text` of at most `most` characters, its middle left out; what is left is plain."""
    # What is far longer than the line is not looked at sign by sign.
    text = plain(text if len(text) <= 2 * most else f"{text[:most]}{text[-most:]}")
    if len(text) <= most:
        return text
    tail = (most - 5) // 3
    return f"{text[: most - 5 - tail]} ... {text[len(text) - tail :]}"


def told(text: str) -> str:
    """What a user is told: one line, plain, with its head and its end."""
    return cut(text, LINE)


def shown(value: Any, most: int = VALUE) -> str:
    """A value as YAML spells it, in at most `most` characters, however large it is."""
    return cut(_spelled(value, most), most)


def _spelled(value: Any, room: int) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a number of {value.bit_length()} bits"
    if isinstance(value, dict):
        return "{...}" if value else "{}"
    if isinstance(value, list | tuple):
        entries: list[str] = []
        # Nested lists are followed only as far as the line goes.
        for entry in value:
            if room <= 0:
                entries.append("...")
                break
            entries.append(_spelled(entry, room - 2))
            room -= len(entries[-1]) + 2
        return f"[{', '.join(entries)}]"
    return value[: 2 * room + 2] if isinstance(value, str) else str(value)


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`; nothing of none."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def listed(names: Iterable[Any], near: str = "", most: int = LIST) -> str:
    """Names after one another, as many as fit, and how many more there are.

    Where not all fit, those that are spelled much like `near` come first.
    """
    entries = [shown(name) for name in names]
    if sum(len(entry) + 2 for entry in entries) <= most + 2:
        return ", ".join(entries)
    alike = get_close_matches(near[:VALUE], entries, n=5)
    entries = [*alike, *(entry for entry in entries if entry not in alike)]
    fitting: list[str] = []
    left = most
    for entry in entries:
        left -= len(entry) + 2
        if left < 0 and fitting:
            break
        fitting.append(entry)
    return f"{', '.join(fitting)}, ... ({len(entries) - len(fitting)} more)"


def choose(
    names: Iterable[Any], before: str = "choose from: ", near: str = "", most: int = LIST
) -> str:
    """What may be chosen; said where there is nothing."""
    return before + found if (found := listed(names, near, most)) else "there is nothing to choose"
