"""What follows from committed tables, computed anew; networks are not needed.

What older versions did not measure and the tables give all the same is added: the constant guess,
and balanced accuracy where all classes have as many test examples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json, write_text
from regscope.base.lines import choose
from regscope.measures.catalog import ACCURACY
from regscope.results.compared import compare_cells
from regscope.results.digests import write_digests
from regscope.results.loading import SEEDS_FILE, trained
from regscope.results.sources import (
    BALANCED,
    GUESS_FILE,
    check_others,
    read_guess,
    read_seeds,
    same_test_for_all_classes,
)
from regscope.results.study import csv, means
from regscope.study.evaluation import EvaluationSettings


def rederive(
    asked: Sequence[str], beside: Callable[[str, EvaluationSettings], dict[Path, str]]
) -> None:
    """Write comparisons.csv and summary.json anew from seeds.csv, of the studies asked for or all.

    `beside` gives the texts of what else follows, by file, of a study. The digests of all files in
    the folders written are listed anew, so that tables changed or merged by hand are read again.

    Raises RegscopeError where a table is not whole; nothing is written then.
    """
    there = sorted(file.parent.name for file in paths.STUDIES.glob(f"*/{SEEDS_FILE}"))
    for name in asked:
        if name not in there:
            raise RegscopeError(
                f"study {name}: has no {SEEDS_FILE} in {paths.STUDIES}; {choose(there)}"
            )
    texts: dict[Path, str] = {}
    folders = []
    summaries = {}
    for name in asked or there:
        study = trained(name)
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
        others = beside(name, evaluation)
        texts |= others
        folders += [folder, *sorted({file.parent for file in others})]
    for file, text in texts.items():
        write_text(file, text)
    for file, summary in summaries.items():
        write_json(file, summary)
    for folder in folders:
        write_digests(folder)
