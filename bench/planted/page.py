"""What docs/advice.md says between its marks: how often the advice was right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.planted.truths import METHODS, NOTHING, TRUTHS, Truth
from bench.readme import made_with
from bench.repeated import advised, methods_told, with_block
from regscope.figures.style import display_name
from regscope.report.render import Cell, Table, markdown
from regscope.study.params import BASELINE

Repeats = Mapping[str, Mapping[str, Any]]


def block(found: Mapping[str, Any] | None) -> str:
    """Of what was measured; says so where nothing was."""
    if not found:
        return "Nothing has been measured yet: run `python -m bench.planted`."
    told = (
        f"Every repeat draws the data anew and asks for advice on them, with {found['trials']}"
        f" trials of each of {methods_told(found)}, of none and of the cocktail."
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
        rows.append(
            (
                Cell(truth.why),
                Cell(wanted(truth)),
                Cell(f"{good} of {len(repeats)}"),
                advised(repeats),
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


def current(text: str, found: Mapping[str, Any] | None) -> str:
    """The page with the block of what was measured."""
    return with_block(text, "planted", block(found))
