"""Means of tables' columns by what their rows are of, for tables of them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from regscope.results import StudyResults

if TYPE_CHECKING:
    import pandas as pd

ByCell = dict[str, float]
"""A value of every cell that has one."""


def seed_means(results: StudyResults, measures: Iterable[str]) -> dict[str, ByCell]:
    """`{measure: {reg: mean over the seeds that have it}}`, of the measures that the study has."""
    return {
        measure: {reg: _mean(own[measure].tolist()) for reg, own in results.measured.items()}
        for measure in measures
        if measure in results.seeds.columns
    }


def layer_means(table: pd.DataFrame, measures: Iterable[str]) -> dict[str, dict[str, ByCell]]:
    """`{layer: {measure: {reg: mean over seeds}}}`, layers in the table's order."""
    there = [measure for measure in measures if measure in table.columns]
    found: dict[str, dict[str, ByCell]] = {}
    for measure in there:
        for (layer, reg), mean in grouped_means(table, ("layer", "reg"), measure).items():
            found.setdefault(str(layer), {}).setdefault(measure, {})[str(reg)] = mean
    return found


def grouped_means(
    table: pd.DataFrame, by: Sequence[str], measure: str
) -> dict[tuple[Hashable, ...], float]:
    """The mean of a column, by the values of others, in the order in which these come first.

    nan does not count, and is the mean of nothing else.
    """
    groups: dict[tuple[Hashable, ...], list[float]] = {}
    rows = zip(*(table[name].tolist() for name in by), strict=True)
    for key, value in zip(rows, table[measure].tolist(), strict=True):
        groups.setdefault(key, []).append(value)
    return {key: _mean(values) for key, values in groups.items()}


def by_column(table: pd.DataFrame, column: str, measure: str) -> dict[Any, ByCell]:
    """`{value of the column: {reg: measure}}` of a table with a row each, in the table's order."""
    found: dict[Any, ByCell] = {}
    entries = zip(*(table[name].tolist() for name in (column, "reg", measure)), strict=True)
    for value, reg, measured in entries:
        found.setdefault(value, {})[str(reg)] = measured
    return found


def _mean(values: Iterable[float]) -> float:
    """Of those that are known. The sum is rounded once: its last digit decides where a mean ends
    in a five."""
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan
