"""What docs/advice.md says between its marks: how much advice changes from search to search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from bench.readme import made_with
from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.advice_phrases import size, size_with_unit
from regscope.report.readme import replaced
from regscope.report.render import Cell, Table, markdown
from regscope.study.params import BASELINE, load_params

PAGE = Path("docs") / "advice.md"
BEGIN, END = "<!-- certainty: begin -->", "<!-- certainty: end -->"


def block(found: Mapping[str, Any] | None) -> str:
    """Of what was measured; nothing where nothing was."""
    if not found:
        return ""
    methods = joined([display_name(name) for name in found["methods"]])
    told = (
        f"The same advice asked for again, every time with another draw of the search, among"
        f" {methods}, none and the cocktail:"
    )
    rows = tuple(_rows(found["studies"]))
    columns = ("Study", "Settings an arm", "Minutes", "Advised", "Gain over none on test")
    table = markdown(Table("", columns, rows, frozenset({0, 3}))).rstrip("\n")
    return "\n\n".join([told, made_with(found), table])


def _rows(studies: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for name, by_trials in studies.items():
        measure = {"measure": load_params().named(name).primary_measure}
        for trials, repeats in by_trials.items():
            done = list(repeats.values())
            advised = Counter(told(one) for one in done).most_common()
            gains = sorted(one["gain"] for one in done)
            yield (
                Cell(name),
                Cell(trials),
                Cell(f"{median(one['minutes'] for one in done):.1f}"),
                Cell(joined([f"{what} ({count})" for what, count in advised])),
                Cell(f"{size(measure, gains[0])} to {size_with_unit(measure, gains[-1])}"),
            )


def told(repeat: Mapping[str, Any]) -> str:
    """What one search advised."""
    if repeat["advised"] == BASELINE:
        return "no regularizer"
    return " + ".join(display_name(name) for name in sorted(repeat["methods"]))


def current(text: str, found: Mapping[str, Any] | None) -> str:
    """The page with the block of what was measured."""
    return replaced(text, block(found), PAGE, BEGIN, END)
