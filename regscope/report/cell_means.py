"""Every measure of every cell of a study, as the pages write it, and any two cells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from regscope.figures.style import display_name
from regscope.report.columns import comparisons, with_half_width
from regscope.report.formats import EDGE, column, fixed
from regscope.report.measured import BY_KEY, Measure
from regscope.report.sections import Section
from regscope.report.tables import difference, marked
from regscope.study.params import BASELINE

CellMeans = dict[str, dict[str, str]]


def cell_means(section: Section) -> CellMeans:
    """`{measure: {cell: mean ± half width}}` in the order of the catalog, of what was measured."""
    found: CellMeans = {}
    for key in (key for key in BY_KEY if key in section.results.seeds.columns):
        own = {reg: section.results.intervals[reg][key] for reg in section.regs}
        shown = _shown(BY_KEY[key], [one.mean for one in own.values()])
        found[key] = {reg: with_half_width(one, shown) for reg, one in own.items()}
    return found


def side_by_side(section: Section, means: CellMeans) -> dict[str, Any]:
    """What any two cells are shown by: their means, and of each the difference to the baseline.

    Of two cells none of which is the baseline the tables have no difference, and neither has this.
    means: of `cell_means`. Each of `against` is the difference with its interval, the verdict, and
    the verdict's CSS class.
    """
    return {
        "baseline": BASELINE,
        "cells": [[reg, display_name(reg)] for reg in section.regs],
        "measures": [
            {
                "title": BY_KEY[key].title,
                "means": of_cells,
                "against": dict(_against(section, BY_KEY[key])),
            }
            for key, of_cells in means.items()
        ],
    }


def _against(section: Section, measure: Measure) -> Iterator[tuple[str, list[str]]]:
    for reg, row in comparisons(section.results, measure.key).items():
        if reg in section.regs:
            shown = marked("", row)
            verdict = shown.verdict + f" ({EDGE})" * shown.edge
            yield reg, [difference(row, measure), verdict, shown.css_class]


def _shown(measure: Measure, means: Sequence[float]) -> Callable[[float], str]:
    """With the measure's decimals, or as many as tell the means apart."""
    if measure.entry.decimals is not None:
        return measure.value
    decimals = max(len(text.partition(".")[2]) for text in column(means))
    return lambda value: fixed(measure.scale * value, decimals)
