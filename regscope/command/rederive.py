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

from regscope.arithmetic import steady_numpy
from regscope.base import paths
from regscope.base.errors import RegscopeError, run
from regscope.base.files import write_json, write_text
from regscope.base.lines import choose
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
from regscope.study.evaluation import ACCURACY


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


if __name__ == "__main__":
    run(main)
