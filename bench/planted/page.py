"""What docs/advice.md says between its marks: how often the advice was right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.planted.truths import METHODS, NOTHING, TRUTHS, Truth
from bench.readme import made_with
from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.readme import replaced
from regscope.report.render import Cell, Table, markdown
from regscope.study.params import BASELINE

PAGE = Path("docs") / "advice.md"
BEGIN, END = "<!-- planted: begin -->", "<!-- planted: end -->"

Repeats = Mapping[str, Mapping[str, Any]]


def block(found: Mapping[str, Any] | None) -> str:
    """Of what was measured; says so where nothing was."""
    if not found:
        return "Nothing has been measured yet: run `python -m bench.planted`."
    methods = joined([display_name(name) for name in found["methods"]])
    told = (
        f"Every repeat draws the data anew and asks for advice on them, with {found['trials']}"
        f" trials of each of {methods}, of none and of the cocktail."
    )
    return "\n\n".join([told, made_with(found), markdown(table(found["truths"])).rstrip("\n")])


def table(measured: Mapping[str, Repeats]) -> Table:
    """A row a truth."""
    rows = []
    for truth in TRUTHS:
        repeats = list(measured.get(truth.name, {}).values())
        if not repeats:
            continue
        good = sum(is_right(truth, repeat) for repeat in repeats)
        advised = Counter(told(repeat) for repeat in repeats)
        rows.append(
            (
                Cell(truth.why),
                Cell(wanted(truth)),
                Cell(f"{good} of {len(repeats)}"),
                Cell(joined([f"{what} ({count})" for what, count in advised.most_common()])),
            )
        )
    columns = ("The data", "Right is", "Right", "Advised")
    return Table("", columns, tuple(rows), frozenset({0, 1, 3}))


def is_right(truth: Truth, repeat: Mapping[str, Any]) -> bool:
    """Whether the advice holds one of the methods that must win, or none where none can."""
    if truth.right == NOTHING:
        return bool(repeat["advised"] == BASELINE)
    return bool(truth.right & set(repeat["methods"]))


def wanted(truth: Truth) -> str:
    if truth.right == NOTHING:
        return "no regularizer"
    if truth.right == set(METHODS):
        return "any regularizer"
    return " or ".join(sorted(display_name(name) for name in truth.right))


def told(repeat: Mapping[str, Any]) -> str:
    """What was advised in one repeat."""
    methods = [display_name(name) for name in repeat["methods"]]
    return " + ".join(methods) if methods else "no regularizer"


def current(text: str, found: Mapping[str, Any] | None) -> str:
    """The page with the block of what was measured."""
    return replaced(text, block(found), PAGE, BEGIN, END)
