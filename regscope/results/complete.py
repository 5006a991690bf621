"""Whether a study's tables are whole: the columns, every cell and seed, and nothing twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base.errors import RegscopeError
from regscope.measures.catalog import ACCURACY, LAYERS, SEEDS, UNITS
from regscope.results.reader import (
    check_alike,
    check_cells,
    check_columns,
    check_once,
    check_seeds,
    line_of,
)
from regscope.study.params import BASELINE

if TYPE_CHECKING:
    import pandas as pd

KEYS: dict[str, tuple[str, ...]] = {
    "seeds": ("reg", "seed"),
    "layers": ("reg", "seed", "layer"),
    "units": ("reg", "seed", "layer"),
    "classes": ("reg", "class"),
    "comparisons": ("reg", "measure"),
    "pruning": ("reg", "scope", "fraction"),
    "robustness": ("reg", "corruption", "severity"),
    "reliability": ("reg", "bin"),
    "confused": ("reg", "first", "second"),
    "discordant": ("reg",),
    "guess": ("seed",),
}
"""The columns that no two rows of a table have alike."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "seeds": (ACCURACY, "test_loss", "generalization_gap"),
    "layers": ("total_variation",),
    "units": (),
    "classes": ("precision", "recall", "f1", "support"),
    "comparisons": ("seeds", "difference", "low", "high", "p_value", "p_holm", "verdict"),
    "pruning": ("accuracy", "low", "high", "loss"),
    "robustness": ("accuracy", "low", "high"),
    "reliability": ("count", "confidence", "accuracy"),
    "confused": ("errors", "share", "excess", "low", "high", "p_value"),
    "discordant": ("examples", "gained", "lost", "test_set_error"),
    "guess": ("shares", ACCURACY, "test_loss"),
}
"""What every table has besides, whichever version wrote it."""

NEVER_EMPTY = ("seeds", "classes", "guess")

BOUNDS = {
    **{m.name: m.bounds for m in (*SEEDS, *LAYERS, *UNITS) if m.bounds != (-inf, inf)},
    **dict.fromkeys(("accuracy", "precision", "recall", "f1", "confidence"), (0.0, 1.0)),
}
"""Between what a column's values lie, where it has one."""

KNOWN = (ACCURACY,)
"""Columns that have a value in every row."""

ALIKE = ("classes", "comparisons", "robustness", "pruning")
"""Tables in which every cell has the same rows."""

WITHOUT_BASELINE = ("comparisons", "discordant")


def check_table(kind: str, table: pd.DataFrame, file: Path, written: Mapping[str, Any]) -> None:
    """Refuse a table that is not whole by the study's settings, `written` when it was made.

    What is not written is not asked for: without settings a table must agree with itself. A table
    without rows stands for what the study does not have.

    Raises RegscopeError, naming file and row.
    """
    key = KEYS[kind]
    check_columns(table, (*key, *COLUMNS[kind]), file)
    check_once(table, key, file)
    if table.empty:
        if kind in NEVER_EMPTY:
            raise RegscopeError(f"{file}: has no rows")
        return
    check_values(table, file)
    if "seed" in key:
        check_by_seed(table, key, file, written)
    else:
        known = cells_of(written) or list(dict.fromkeys(table["reg"]))
        wanted = [reg for reg in known if kind not in WITHOUT_BASELINE or reg != BASELINE]
        check_cells(table, wanted, file)
    if kind in ALIKE:
        check_alike(table, key, file)


def check_values(table: pd.DataFrame, file: Path) -> None:
    """Refuse a table with a value that cannot be, or without one that every row has."""
    for name in table.columns.intersection(list(BOUNDS)):
        values, (low, high) = table[name], BOUNDS[name]
        wrong = ~values.between(low, high) & (values.notna() | (name in KNOWN))
        if wrong.any():
            allowed = f"from {low:g} to {high:g}" if high < inf else f"at least {low:g}"
            raise RegscopeError(
                f"{file}: line {line_of(wrong)}: {name} = {values[wrong].iloc[0]:g}: must be"
                f" {allowed}"
            )


def check_by_seed(
    table: pd.DataFrame, key: Sequence[str], file: Path, written: Mapping[str, Any]
) -> None:
    """Refuse a table with rows that lacks a seed of a cell, or has one twice by `key`."""
    check_once(table, key, file)
    if "reg" in key:
        check_cells(table, cells_of(written) or list(dict.fromkeys(table["reg"])), file)
    check_seeds(table, key, seeds_of(written) or int(table["seed"].max()) + 1, file)


def cells_of(written: Mapping[str, Any]) -> list[str]:
    """The names of a study's cells, from its block of params.yaml; none where it does not say."""
    regularizers = written.get("regularizers")
    found: Mapping[str, Any] = regularizers if isinstance(regularizers, dict) else {}
    return [str(reg) for reg, settings in found.items() if settings is not None]


def seeds_of(written: Mapping[str, Any]) -> int | None:
    """How many seeds a study trains; None where its block does not say."""
    training = written.get("training")
    seeds = training.get("seeds") if isinstance(training, dict) else None
    return seeds if isinstance(seeds, int) else None
