"""What follows from committed tables, computed anew: `python -m regscope.command.rederive [STUDY]`.

Of the studies named, or of all in metrics/studies: comparisons.csv and summary.json from seeds.csv,
and where there are strength paths or grids of learning rates the verdicts in metrics/paths and
metrics/rates. Networks are not needed. What older versions did not measure and the tables give all
the same is added: the constant guess, and balanced accuracy where all classes have as many test
examples. Nothing is written where a table is not whole. The digests of all files are listed anew,
in SHA256SUMS: so tables that were changed or merged by hand are read again as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from regscope.arithmetic import steady_numpy
from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError, run
from regscope.base.files import write_json, write_text
from regscope.base.lines import choose
from regscope.measures.catalog import ACCURACY, listed
from regscope.results.compared import compare_cells
from regscope.results.complete import check_table
from regscope.results.digests import write_digests
from regscope.results.guessed import guess_of_supports
from regscope.results.reader import read_table
from regscope.results.study import (
    SETTINGS_FILE,
    TABLES,
    as_written,
    check_primary,
    csv,
    means,
    settings,
)
from regscope.study.params import Study

if TYPE_CHECKING:
    import pandas as pd

SEEDS_FILE, GUESS_FILE, CLASSES_FILE = "seeds.csv", "guess.csv", "classes.csv"
BALANCED = "balanced_accuracy"


def main() -> None:
    # As the stages do that write these files. Nothing has loaded numpy yet.
    steady_numpy()
    parser = argparse.ArgumentParser(
        prog="python -m regscope.command.rederive",
        description=(
            f"Compute anew what follows from {paths.STUDIES}/*/{SEEDS_FILE} and from"
            f" {paths.PATHS}/*/paths.csv."
        ),
    )
    parser.add_argument("studies", nargs="*", metavar="STUDY", help="by default all with results")
    asked = parser.parse_args().studies
    there = sorted(file.parent.name for file in paths.STUDIES.glob(f"*/{SEEDS_FILE}"))
    for name in asked:
        if name not in there:
            raise RegscopeError(
                f"study {name}: has no {SEEDS_FILE} in {paths.STUDIES}; {choose(there)}"
            )
    from regscope.rates.rederived import rederived_rates
    from regscope.sweeps.rederived import rederived_sweep

    texts: dict[Path, str] = {}
    folders = []
    summaries = {}
    for name in asked or there:
        study = read_settings(name)
        folder = paths.summary(name)
        check_others(name)
        seeds, guess = read_seeds(name, study), read_guess(name)
        if BALANCED not in seeds.columns and same_test_for_all_classes(name, study):
            # The mean of recalls is then the share of all examples that are right.
            seeds = seeds.assign(**{BALANCED: seeds[ACCURACY]})
            texts[folder / SEEDS_FILE] = csv(seeds)
        evaluation = study.evaluation
        compared = compare_cells(seeds, evaluation.matters, guess, evaluation.primary_measure)
        texts[folder / "comparisons.csv"] = csv(compared)
        texts[folder / GUESS_FILE] = csv(guess)
        summaries[folder / "summary.json"] = means(seeds)
        swept = rederived_sweep(paths.sweep_summary(name), evaluation)
        rated = rederived_rates(paths.rates_summary(name), evaluation.matters)
        texts |= swept | rated
        folders += [folder, *sorted({file.parent for file in (*swept, *rated)})]
    for file, text in texts.items():
        write_text(file, text)
    for file, summary in summaries.items():
        write_json(file, summary)
    for folder in folders:
        write_digests(folder)


def read_settings(name: str) -> Study:
    """The study as it was when its results were made.

    Raises RegscopeError where that is not there, or means nothing any more.
    """
    written = settings(name)
    try:
        return Study.model_validate(written)
    except ValidationError as error:
        file = paths.summary(name) / SETTINGS_FILE
        raise RegscopeError(f"{file}: {one_line(error, written)}") from error


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


if __name__ == "__main__":
    run(main)
