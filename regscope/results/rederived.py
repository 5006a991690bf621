"""What follows from committed tables, computed anew; networks are not needed.

What older versions did not measure and the tables give all the same is added: the constant guess,
and balanced accuracy where all classes have as many test examples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json, write_text
from regscope.base.lines import choose
from regscope.measures.catalog import ACCURACY, listed
from regscope.results.compared import compare_cells
from regscope.results.complete import check_table
from regscope.results.digests import write_digests
from regscope.results.guessed import guess_of_supports
from regscope.results.loading import check_primary, settings, trained
from regscope.results.reader import read_table
from regscope.results.study import TABLES, as_written, csv, means
from regscope.study.params import Study

if TYPE_CHECKING:
    import pandas as pd

GUESS_FILE, CLASSES_FILE = "guess.csv", "classes.csv"
BALANCED = "balanced_accuracy"


def rederive(asked: Sequence[str], beside: Callable[[str, Study], dict[Path, str]]) -> None:
    """Write comparisons.csv and summary.json anew from seeds.csv, of the studies asked for or all.

    `beside` gives the texts of what else follows, by file, of a study. The digests of all files in
    the folders written are listed anew, so that tables changed or merged by hand are read again.

    Raises RegscopeError where there are no results, or a table is not whole; nothing is written
    then.
    """
    there = sorted(file.parent.name for file in paths.STUDIES.glob(f"*/{paths.SEEDS_FILE}"))
    for name in asked:
        if name not in there:
            raise RegscopeError(
                f"study {name}: has no {paths.SEEDS_FILE} in {paths.STUDIES}; {choose(there)}"
            )
    if not there:
        raise RegscopeError(
            f"no study has a {paths.SEEDS_FILE} in {paths.STUDIES}: nothing to rederive"
        )
    texts: dict[Path, str] = {}
    folders = []
    summaries = {}
    for name in asked or there:
        study = trained(name)
        folder = paths.summary(name)
        check_others(name)
        seeds, guess = read_seeds(name, study), read_guess(name)
        scored = ACCURACY in seeds.columns and BALANCED not in seeds.columns
        if scored and same_test_for_all_classes(name, study):
            # The mean of recalls is then the share of all examples that are right.
            seeds = seeds.assign(**{BALANCED: seeds[ACCURACY]})
            texts[folder / paths.SEEDS_FILE] = csv(seeds)
        compared = compare_cells(seeds, study.evaluation.matters, guess, study.primary_measure)
        texts[folder / "comparisons.csv"] = csv(compared)
        texts[folder / GUESS_FILE] = csv(guess)
        summaries[folder / "summary.json"] = means(seeds)
        others = beside(name, study)
        texts |= others
        folders += [folder, *sorted({file.parent for file in others})]
    for file, text in texts.items():
        write_text(file, text)
    for file, summary in summaries.items():
        write_json(file, summary)
    for folder in folders:
        write_digests(folder)


def read_seeds(name: str, study: Study) -> pd.DataFrame:
    """The study's seeds.csv.

    Raises RegscopeError where it lacks a column, a cell of the study or a seed of one.
    """
    file = paths.summary(name) / paths.SEEDS_FILE
    table = _table(file)
    measures = [m for m in (*listed("comparisons"), *listed("summary")) if not m.later]
    wanted = [m.name for m in measures if study.task.name in m.tasks]
    for column in ("reg", "seed", *wanted):
        if column not in table.columns:
            raise RegscopeError(f"{file}: has no column {column}")
    check_table("seeds", table, file, settings(name))
    check_primary(table, study.primary, study.primary_measure, file, name)
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
    found = guess_of_supports(_table(folder / CLASSES_FILE), _table(folder / paths.SEEDS_FILE))
    return as_written(found)


def same_test_for_all_classes(name: str, study: Study) -> bool:
    """Whether all seeds are tested on the same examples, as many of each class."""
    supports = _table(paths.summary(name) / CLASSES_FILE)["support"]
    return study.shared_test and supports.nunique() == 1


def _table(file: Path) -> pd.DataFrame:
    """Raises RegscopeError where there is none."""
    try:
        return read_table(file)
    except FileNotFoundError as error:
        raise RegscopeError(f"{file}: not there") from error
