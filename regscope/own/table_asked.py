"""What a person says of a table, beside its file and its target."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from regscope.tables.kinds import ColumnKind


@dataclass(frozen=True)
class TableAsked:
    """test: a second file, whose rows test. task: `classes` or `number`. group, time: columns that
    the split goes by. kinds: what columns are, by name."""

    header: bool = True
    test: Path | None = None
    task: str | None = None
    kinds: Mapping[str, ColumnKind] = field(default_factory=dict)
    drop: Collection[str] = ()
    keep: Collection[str] = ()
    group: str | None = None
    time: str | None = None
    stratify: bool = False
