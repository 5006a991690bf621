"""What docs/advice.md says between its marks: how much advice changes from search to search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from bench.readme import made_with
from bench.repeated import advised, methods_told, with_block
from regscope.report.advice_phrases import size, size_with_unit
from regscope.report.render import Cell, Table, markdown
from regscope.study.params import load_params


def block(found: Mapping[str, Any] | None) -> str:
    """Of what was measured; nothing where nothing was."""
    if not found:
        return ""
    told = (
        f"The same advice asked for again, every time with another draw of the search, among"
        f" {methods_told(found)}, none and the cocktail:"
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
            gains = sorted(one["gain"] for one in done)
            yield (
                Cell(name),
                Cell(trials),
                Cell(f"{median(one['minutes'] for one in done):.1f}"),
                advised(done),
                Cell(f"{size(measure, gains[0])} to {size_with_unit(measure, gains[-1])}"),
            )


def current(text: str, found: Mapping[str, Any] | None) -> str:
    """The page with the block of what was measured."""
    return with_block(text, "certainty", block(found))
