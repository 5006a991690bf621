"""A study's sweep as tables: gathered from the measured paths and pairs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regscope.base import paths
from regscope.datasets import Dataset
from regscope.measures.catalog import PATHS
from regscope.results.digests import with_digests
from regscope.results.gathered import joined_environments
from regscope.results.reader import check_columns, read_table
from regscope.results.study import as_written
from regscope.study.params import Study, written_study
from regscope.sweeps.guess import sweep_guess
from regscope.sweeps.pairs import compare_pairs
from regscope.sweeps.path import published_strength
from regscope.sweeps.settings import Sweep
from regscope.sweeps.tuned import tuned

if TYPE_CHECKING:
    import pandas as pd

PATH_FILE = "path.csv"
PAIRS_FILE = "pairs.csv"

COLUMNS = ("family", "strength", "seed", *(measure.name for measure in PATHS))


@dataclass(frozen=True)
class SweepResults:
    """One study's sweep.

    `paths` has a row a family, strength and seed, `tuned` a row a family, `pairs` a row a pair.
    `published` is where the study's own cell lies on each path, if it does; `guess` has a row a
    seed, as `sweep_guess` gives it.
    """

    title: str
    paths: pd.DataFrame
    tuned: pd.DataFrame
    pairs: pd.DataFrame | None
    published: dict[str, float | None]
    settings: dict[str, Any]
    guess: pd.DataFrame | None = None


def gather(name: str, study: Study, sweep: Sweep) -> SweepResults:
    """Put the measured paths and pairs of a study together, in the order of paths/params.yaml.

    Compared by the digits that tables hold, so that these give the same again.

    Raises FileNotFoundError, naming the file, where a part is not measured yet.
    """
    import pandas as pd

    families = {family: found for family, found in sweep.families.items() if found is not None}
    folders = {family: paths.path_measures(name, family) for family in families}
    tables = []
    for family, folder in folders.items():
        found = read_table(folder / PATH_FILE).assign(family=family)
        check_columns(found, COLUMNS, folder / PATH_FILE)
        tables.append(found)
    table = as_written(pd.concat(tables, ignore_index=True)[list(COLUMNS)])
    primary = study.primary_measure
    dataset = Dataset.load(paths.prepared(name))
    guess = as_written(sweep_guess(study, dataset, sweep.seeds))
    pairs = None
    if sweep.pairs:
        folders["pairs"] = paths.pair_measures(name)
        measured = as_written(read_table(folders["pairs"] / PAIRS_FILE))
        beside = as_written(sweep_guess(study, dataset, sweep.pairs.seeds))
        pairs = compare_pairs(measured, study.evaluation.matters, primary, beside)
    return SweepResults(
        title=study.title,
        paths=table,
        tuned=tuned(table, study.evaluation.matters, primary, guess),
        pairs=pairs,
        published={
            family: published_strength(study, family, found) for family, found in families.items()
        },
        settings={
            "study": written_study(name),
            "sweep": sweep.model_dump(mode="json", exclude_none=True),
            "environment": joined_environments(
                [folder / paths.ENVIRONMENT for folder in folders.values()]
            ),
        },
        guess=guess,
    )


def files(results: SweepResults) -> dict[str, str]:
    """The content of every file in metrics/paths/<study>, by name."""
    tables = {
        "paths": results.paths,
        "tuned": results.tuned,
        "pairs": results.pairs,
        "guess": results.guess,
    }
    contents = {
        f"{name}.csv": table.to_csv(index=False, float_format="%.9g")
        for name, table in tables.items()
        if table is not None
    }
    contents[paths.SETTINGS_FILE] = (
        json.dumps(results.settings, indent=2, ensure_ascii=False) + "\n"
    )
    return with_digests(contents)
