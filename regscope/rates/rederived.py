"""The verdicts of cells at their best from committed tables, without their networks."""

from __future__ import annotations

from pathlib import Path

from regscope.rates.gather import TUNED_FILE, tuned_table
from regscope.results.beside import read_rates
from regscope.results.study import csv


def rederived_rates(folder: Path, matters: float) -> dict[Path, str]:
    """tuned.csv from search.csv and seeds.csv; nothing where there is no grid.

    Raises RegscopeError where a table is not whole.
    """
    found = read_rates(folder, as_written=False)
    if found is None:
        return {}
    return {folder / TUNED_FILE: csv(tuned_table(found.search, found.seeds, matters))}
