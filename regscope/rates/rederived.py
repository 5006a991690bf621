"""The verdicts of cells at their best from committed tables, without their networks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regscope.errors import RegscopeError
from regscope.rates.gather import SEARCH_FILE, SEEDS_FILE, TUNED_FILE, tuned_table
from regscope.results.study import csv

if TYPE_CHECKING:
    import pandas as pd


def rederived_rates(folder: Path, matters: float) -> dict[Path, str]:
    """tuned.csv from search.csv and seeds.csv; nothing where there is no grid.

    Raises RegscopeError where a table lacks a column.
    """
    if not (folder / SEEDS_FILE).is_file():
        return {}
    search, seeds = _read(folder / SEARCH_FILE), _read(folder / SEEDS_FILE)
    try:
        return {folder / TUNED_FILE: csv(tuned_table(search, seeds, matters))}
    except KeyError as error:
        raise RegscopeError(f"{folder}: a table has no column {error.args[0]}") from error


def _read(file: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(file)
