"""What a study's other tables can be computed anew from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.measures.catalog import listed
from regscope.results.complete import check_table
from regscope.results.guessed import guess_of_supports
from regscope.results.loading import SEEDS_FILE, check_primary, settings
from regscope.results.reader import read_table
from regscope.results.study import TABLES, as_written
from regscope.study.params import Study

if TYPE_CHECKING:
    import pandas as pd

GUESS_FILE, CLASSES_FILE = "guess.csv", "classes.csv"
BALANCED = "balanced_accuracy"


def read_seeds(name: str, study: Study) -> pd.DataFrame:
    """The study's seeds.csv.

    Raises RegscopeError where it lacks a column, a cell of the study or a seed of one.
    """
    file = paths.summary(name) / SEEDS_FILE
    table = _table(file)
    wanted = [m.name for m in (*listed("comparisons"), *listed("summary")) if not m.later]
    for column in ("reg", "seed", *wanted):
        if column not in table.columns:
            raise RegscopeError(f"{file}: has no column {column}")
    check_table("seeds", table, file, settings(name))
    evaluation = study.evaluation
    check_primary(table, evaluation.primary, evaluation.primary_measure, file, name)
    return table


def check_others(name: str) -> None:
    """Refuse a study in which a table is not whole that is left as it is."""
    folder, written = paths.summary(name), settings(name)
    for kind in TABLES:
        file = folder / f"{kind}.csv"
        if kind not in ("seeds", "comparisons") and file.is_file():
            check_table(kind, read_table(file), file, written)


def read_guess(name: str) -> pd.DataFrame:
    """The study's guess.csv; where it has none, what the test examples of each class give."""
    folder = paths.summary(name)
    if (folder / GUESS_FILE).is_file():
        return _table(folder / GUESS_FILE)
    found = guess_of_supports(_table(folder / CLASSES_FILE), _table(folder / SEEDS_FILE))
    return as_written(found)


def same_test_for_all_classes(name: str, study: Study) -> bool:
    """Whether all seeds are tested on the same examples, as many of each class."""
    supports = _table(paths.summary(name) / CLASSES_FILE)["support"]
    return study.data.official_train is not None and supports.nunique() == 1


def _table(file: Path) -> pd.DataFrame:
    """Raises RegscopeError where there is none."""
    try:
        return read_table(file)
    except FileNotFoundError as error:
        raise RegscopeError(f"{file}: not there") from error
