"""What docs/advice.md says of advice that was asked for again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.readme import replaced
from regscope.report.render import Cell

PAGE = Path("docs") / "advice.md"

Repeat = Mapping[str, Any]
"""What was advised once: its `methods`, none where no regularizer was, among other things."""


def told(repeat: Repeat) -> str:
    """What was advised in one repeat."""
    methods = [display_name(name) for name in sorted(repeat["methods"])]
    return " + ".join(methods) if methods else "no regularizer"


def advised(repeats: Sequence[Repeat]) -> Cell:
    """What was advised how often."""
    counted = Counter(told(repeat) for repeat in repeats).most_common()
    return Cell(joined([f"{what} ({count})" for what, count in counted]))


def methods_told(found: Mapping[str, Any]) -> str:
    """Among which methods was searched."""
    return joined([display_name(name) for name in found["methods"]])


def with_block(text: str, name: str, block: str) -> str:
    """The page with what a bench of that name says, between its marks."""
    return replaced(text, block, PAGE, f"<!-- {name}: begin -->", f"<!-- {name}: end -->")
