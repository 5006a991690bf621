"""Whether a study's tables are whole: the columns, every cell and seed, and nothing twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import inf, isinf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base.errors import RegscopeError
from regscope.measures.catalog import (
    ACCURACY,
    LAYERS,
    SCORES,
    SEEDS,
    UNITS,
    VALIDATION,
    listed,
    score_in,
)
from regscope.results.reader import (
    check_alike,
    check_cells,
    check_columns,
    check_once,
    check_seeds,
    matrix,
)
from regscope.study.evaluation import PRIMARIES
from regscope.study.params import BASELINE
from regscope.tasks import TASKS

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = TASKS["regression"]

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
    "seeds": (),
    "layers": ("total_variation",),
    "units": (),
    "classes": ("precision", "recall", "f1", "support"),
    "comparisons": ("seeds", "difference", "low", "high", "p_value", "p_holm", "verdict"),
    "pruning": ("accuracy", "low", "high", "loss"),
    "robustness": ("accuracy", "low", "high"),
    "reliability": ("count", "confidence", "accuracy"),
    "confused": ("errors", "share", "excess", "low", "high", "p_value"),
    "discordant": ("examples", "gained", "lost", "test_set_error"),
    "guess": ("shares", "test_loss"),
}
"""What every table has besides, whichever version wrote it."""

SEEDS_COLUMNS: dict[str, tuple[str, ...]] = {
    ACCURACY: (ACCURACY, "test_loss", "generalization_gap"),
    NUMBERS.measure: (NUMBERS.measure, "test_loss", "test_rmse", "test_mae"),
}
"""The same of seeds.csv, by what its networks are about."""

NEVER_EMPTY = ("seeds", "classes", "guess")

BOUNDS = {
    **{m.name: m.bounds for m in (*SEEDS, *VALIDATION, *LAYERS, *UNITS) if m.bounds != (-inf, inf)},
    **dict.fromkeys(("accuracy", "precision", "recall", "f1", "confidence"), (0.0, 1.0)),
}
"""Between what a column's values lie, where it has one."""

KNOWN = SCORES
"""Columns that have a value in every row."""

NOT_OF_ALL = ("roc_auc", "average_precision", "unit_correlation")
"""What is not defined for some networks: tested on one class alone, or of hardly a unit."""

INFINITE = ("detectable_difference",)
"""What may be infinite: so few seeds show no difference, however large."""

GUESSED = ("test_loss", "validation_loss")
"""What may be infinite of the guess: a class that is tested may be none of those that train."""

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
    check_columns(table, (*key, *_columns(kind, table)), file)
    check_once(table, key, file)
    if table.empty:
        if kind in NEVER_EMPTY:
            raise RegscopeError(f"{file}: has no rows")
        return
    valued = measured(table, written) if kind == "seeds" else KNOWN
    check_values(table, file, valued, GUESSED if kind == "guess" else ())
    if "seed" in key:
        _check_seeds_and_cells(table, key, file, written)
    else:
        known = cells_of(written) or list(dict.fromkeys(table["reg"]))
        wanted = [reg for reg in known if kind not in WITHOUT_BASELINE or reg != BASELINE]
        check_cells(table, wanted, file)
    if kind in ALIKE:
        check_alike(table, key, file)


def empty(kind: str) -> pd.DataFrame:
    """The table of a study whose task does not have it."""
    import pandas as pd

    return pd.DataFrame(columns=list(dict.fromkeys((*KEYS[kind], *COLUMNS[kind]))))


def _columns(kind: str, table: pd.DataFrame) -> tuple[str, ...]:
    if kind == "seeds":
        return SEEDS_COLUMNS[score_in(table.columns)]
    scored = (score_in(table.columns),) if kind == "guess" else ()
    return (*COLUMNS[kind][:1], *scored, *COLUMNS[kind][1:])


def check_values(
    table: pd.DataFrame, file: Path, known: Collection[str] = KNOWN, infinite: Collection[str] = ()
) -> None:
    """Refuse a table with a value that cannot be, or without one of `known` that every row has.

    Only INFINITE and `infinite` may be infinite.
    """
    import numpy as np

    names = [str(n) for n, kind in table.dtypes.items() if kind.kind in "iufc" or n in known]
    values = matrix(table, names)
    # `[columns]` each; all of a table at once, since a column at a time takes many times as long.
    low, high = np.array([BOUNDS.get(name, (-inf, inf)) for name in names]).reshape(-1, 2).T
    needed = np.array([name in known for name in names], dtype=bool)
    finite = np.array([name not in (*INFINITE, *infinite) for name in names], dtype=bool)
    wrong = ~((values >= low) & (values <= high)) & (~np.isnan(values) | needed)
    wrong |= np.isinf(values) & finite
    for place in np.flatnonzero(wrong.any(axis=0)):
        row = int(wrong[:, place].argmax())
        value, least, most = values[row, place], low[place], high[place]
        allowed = "a number" if least == -inf else f"at least {least:g}"
        if most < inf:
            allowed = f"from {least:g} to {most:g}"
        elif isinf(value):
            allowed = "finite"
        raise RegscopeError(
            f"{file}: line {row + 2}: {names[place]} = {value:g}: must be {allowed}"
        )


def measured(seeds: pd.DataFrame, written: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of seeds.csv that have a value in every row: what the study is about, and what
    cells are compared in, where every cell has it in some seed."""
    import numpy as np

    evaluation = written.get("evaluation")
    about = evaluation.get("primary") if isinstance(evaluation, dict) else None
    primary = [measure for stem, measure in PRIMARIES.items() if stem == about]
    compared = [m.name for m in listed("comparisons") if m.name not in NOT_OF_ALL]
    there = [name for name in compared if name in seeds.columns]
    regs, known = seeds["reg"].to_numpy(), seeds[there].notna().to_numpy()
    cells = [regs == reg for reg in dict.fromkeys(regs.tolist())]
    in_all = np.all([known[rows].any(axis=0) for rows in cells], axis=0)
    found = (*KNOWN, *primary, *(n for n, in_each in zip(there, in_all, strict=True) if in_each))
    return tuple(name for name in dict.fromkeys(found) if name in seeds.columns)


def check_by_seed(
    table: pd.DataFrame, key: Sequence[str], file: Path, written: Mapping[str, Any]
) -> None:
    """Refuse a table with rows that lacks a seed of a cell, or has one twice by `key`."""
    check_once(table, key, file)
    _check_seeds_and_cells(table, key, file, written)


def _check_seeds_and_cells(
    table: pd.DataFrame, key: Sequence[str], file: Path, written: Mapping[str, Any]
) -> None:
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
