"""Settings by dotted key, and what differs between two blocks of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regscope.report.formats import DASH, plain

LONGEST = 160
"""Characters of a value that are shown."""

MISSING = object()


@dataclass(frozen=True)
class Change:
    """A key with both values as they are shown; a dash for the one that is not there."""

    key: str
    before: str
    after: str

    def __str__(self) -> str:
        if self.before == DASH:
            return f"{self.key}: {self.after}"
        return f"{self.key}: {self.before} -> {self.after}"


def flat(block: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """`{dotted key: value}`; a list is a value, and so is an empty block."""
    leaves: dict[str, Any] = {}
    for key, value in block.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            leaves |= flat(value, f"{name}.")
        else:
            leaves[name] = value
    return leaves


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs between two blocks, in the order of the newer, then what is gone."""
    old, new = flat(before), flat(after)
    found = []
    for key in (*new, *(key for key in old if key not in new)):
        was, is_now = old.get(key, MISSING), new.get(key, MISSING)
        if was != is_now:
            found.append(Change(key, shown(was), shown(is_now)))
    return tuple(found)


def shown(value: Any) -> str:
    """As YAML spells it, numbers as people write them: 0.00001, not 1e-05."""
    if value is MISSING:
        return DASH
    text = _spelled(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _spelled(value: Any) -> str:
    if isinstance(value, float):
        return plain(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return f"[{', '.join(_spelled(entry) for entry in value)}]"
    return json.dumps(value, ensure_ascii=False, default=str)
