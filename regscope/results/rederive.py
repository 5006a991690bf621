"""What follows from committed tables, computed anew: `python -m regscope.results.rederive [STUDY]`.

Of the studies named, or of all in metrics/studies: comparisons.csv and summary.json from seeds.csv,
and where there are strength paths or grids of learning rates the verdicts in metrics/paths and
metrics/rates. Networks are not needed. Nothing is written where a table is not whole.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from regscope import paths
from regscope.arithmetic import steady_numpy
from regscope.complaints import one_line
from regscope.errors import RegscopeError, run
from regscope.files import write_json, write_text
from regscope.params import Study
from regscope.results.compared import COMPARED, compare_cells
from regscope.results.study import NAMES, SETTINGS_FILE, SUMMARY, csv, means, settings

if TYPE_CHECKING:
    import pandas as pd

SEEDS_FILE = "seeds.csv"


def main() -> None:
    # As the stages do that write these files. Nothing has loaded numpy yet.
    steady_numpy()
    parser = argparse.ArgumentParser(
        prog="python -m regscope.results.rederive",
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
            choices = ", ".join(there) or "none"
            raise RegscopeError(
                f"study {name}: has no {SEEDS_FILE} in {paths.STUDIES}; choose from: {choices}"
            )
    from regscope.rates.rederived import rederived_rates
    from regscope.sweeps.rederived import rederived_sweep

    texts: dict[Path, str] = {}
    summaries = {}
    for name in asked or there:
        study = read_settings(name)
        seeds = read_seeds(name, study)
        folder = paths.summary(name)
        texts[folder / "comparisons.csv"] = csv(compare_cells(seeds, study.evaluation.matters))
        summaries[folder / "summary.json"] = means(seeds)
        texts |= rederived_sweep(paths.sweep_summary(name), study.evaluation.matters)
        texts |= rederived_rates(paths.rates_summary(name), study.evaluation.matters)
    for file, text in texts.items():
        write_text(file, text)
    for file, summary in summaries.items():
        write_json(file, summary)


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
    import pandas as pd

    file = paths.summary(name) / SEEDS_FILE
    try:
        table = pd.read_csv(
            file, dtype=dict.fromkeys(NAMES, str), keep_default_na=False, na_values=[""]
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise RegscopeError(f"{file}: not a table: {' '.join(str(error).split())}") from error
    for column in dict.fromkeys(("reg", "seed", *COMPARED, *SUMMARY)):
        if column not in table.columns:
            raise RegscopeError(f"{file}: has no column {column}")
    for reg in study.cells:
        found = sorted(table.loc[table["reg"] == reg, "seed"])
        if found != list(range(study.training.seeds)):
            raise RegscopeError(
                f"{file}: {reg} has {len(set(found))} of the study's {study.training.seeds} seeds"
                if len(set(found)) == len(found)
                else f"{file}: {reg} has a seed twice"
            )
    for reg in table["reg"].unique():
        if reg not in study.cells:
            raise RegscopeError(
                f"{file}: {reg} is no cell of the study; it has: {', '.join(study.cells)}"
            )
    return table


if __name__ == "__main__":
    run(main)
