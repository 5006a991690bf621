"""This project's own numbers for the same splits: those of committed results."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.beside.measuring import measures_of
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.results.reader import read_table

Cells = dict[str, dict[str, list[float]]]


def cells_of(study: str, quantity: bool, folder: Path = paths.STUDIES) -> Cells | None:
    """`{cell: {measure: a value a seed}}`, seeds from 0; None where a study has no results.

    Raises RegscopeError where seeds are missing.
    """
    file = folder / study / paths.SEEDS_FILE
    if not file.is_file():
        return None
    table = read_table(file)
    found: Cells = {}
    for reg, rows in table.groupby("reg", sort=False):
        if not np.array_equal(rows["seed"], np.arange(len(rows))):
            raise RegscopeError(f"{file}: {reg}: must have all seeds from 0, in order")
        found[str(reg)] = {measure: rows[measure].tolist() for measure in measures_of(quantity)}
    return found
