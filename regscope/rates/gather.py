"""A study's cells at their best learning rates as tables, compared with `none` at its best."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regscope.base import paths
from regscope.base.json_files import read_json
from regscope.measures.catalog import ACCURACY
from regscope.rates.settings import Grid
from regscope.results.digests import with_digests
from regscope.results.gathered import joined_environments
from regscope.results.reader import read_table
from regscope.results.study import as_written, csv
from regscope.statistics import STATISTICS, Pair, compare_family
from regscope.study.evaluation import MATTERS
from regscope.study.params import BASELINE, Study, written_study

if TYPE_CHECKING:
    import pandas as pd

SEARCH_FILE = "search.csv"
CHOSEN_FILE = "chosen.json"
TUNED_FILE = "tuned.csv"

COLUMNS = (
    "reg", "learning_rate", "epochs", "rate_end", "most_epochs", "validation_accuracy",
    ACCURACY, "test_loss", *STATISTICS, "seeds", "verdict", "firm",
)  # fmt: skip


@dataclass(frozen=True)
class RatesResults:
    """One study's cells at their best.

    `search` has a row a cell, learning rate, number of epochs and seed, on validation, empty where
    a learning rate diverged; `seeds` a row a cell and seed of the networks that were trained anew
    with what was chosen, on test; `tuned` a row a cell, as `tuned_table` makes it.
    """

    search: pd.DataFrame
    seeds: pd.DataFrame
    tuned: pd.DataFrame
    settings: dict[str, Any]


def gather(name: str, study: Study, grid: Grid) -> RatesResults:
    """Put the trained cells of a study together, in the order of params.yaml.

    Compared by the digits that tables hold, so that these give the same again.

    Raises FileNotFoundError, naming the file, where a cell is not trained yet.
    """
    import pandas as pd

    folders = {reg: paths.rate_measures(name, reg) for reg in study.cells}

    def table(file: str) -> pd.DataFrame:
        tables = []
        for reg, folder in folders.items():
            found = read_table(folder / file)
            found.insert(0, "reg", reg)
            tables.append(found)
        return as_written(pd.concat(tables, ignore_index=True))

    search, seeds = table(SEARCH_FILE), table(paths.SEEDS_FILE)
    chosen = {reg: read_json(folder / CHOSEN_FILE) for reg, folder in folders.items()}
    for place, key in enumerate(("learning_rate", "epochs"), start=1):
        seeds.insert(place, key, [chosen[reg][key] for reg in seeds["reg"]])
    return RatesResults(
        search=search,
        seeds=seeds,
        tuned=tuned_table(search, seeds, study.evaluation.matters),
        settings={
            "study": written_study(name),
            "grid": grid.model_dump(mode="json"),
            "environment": joined_environments(
                [folder / paths.ENVIRONMENT for folder in folders.values()]
            ),
        },
    )


def tuned_table(
    search: pd.DataFrame, seeds: pd.DataFrame, matters: float = MATTERS
) -> pd.DataFrame:
    """A row a cell: what was chosen, and its test accuracy held against `none`, each at its best.

    `rate_end` is `smallest` or `largest` where the chosen learning rate is an end of the grid, so
    that the best may lie beyond it; a learning rate below one that diverged is none. `most_epochs`
    says that the longest training was chosen. Test accuracy is compared seed by seed; Holm's
    correction is over the cells, and differences below `matters` do not matter; `firm` takes what
    was chosen as it is.
    """
    import pandas as pd

    by_seed = {str(reg): rows.set_index("seed") for reg, rows in seeds.groupby("reg", sort=False)}
    baseline = by_seed[BASELINE][ACCURACY]
    pairs = {
        reg: Pair(
            by_seed[reg].index.to_numpy(),
            by_seed[reg][ACCURACY].to_numpy(),
            baseline.loc[by_seed[reg].index].to_numpy(),
        )
        for reg in by_seed
        if reg != BASELINE
    }
    family = compare_family(list(pairs.values()), matters=matters)
    compared = dict(zip(pairs, family, strict=True))
    rows = []
    for reg, measured in by_seed.items():
        own = search[search["reg"] == reg]
        rate, epochs = (measured[key].iloc[0] for key in ("learning_rate", "epochs"))
        at = own[(own["learning_rate"] == rate) & (own["epochs"] == epochs)]
        rates = sorted(own["learning_rate"].unique())
        row: dict[str, Any] = {
            "reg": reg,
            "learning_rate": rate,
            "epochs": int(epochs),
            "rate_end": {rates[0]: "smallest", rates[-1]: "largest"}.get(rate),
            "most_epochs": bool(epochs == own["epochs"].max()),
            "validation_accuracy": float(at["validation_accuracy"].mean()),
            ACCURACY: float(measured[ACCURACY].mean()),
            "test_loss": float(measured["test_loss"].mean()),
            "seeds": len(measured),
        }
        rows.append(row | compared.get(reg, {}))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def files(results: RatesResults) -> dict[str, str]:
    """The content of every file in metrics/rates/<study>, by name."""
    contents = {
        SEARCH_FILE: csv(results.search),
        paths.SEEDS_FILE: csv(results.seeds),
        TUNED_FILE: csv(results.tuned),
        paths.SETTINGS_FILE: json.dumps(results.settings, indent=2, ensure_ascii=False) + "\n",
    }
    return with_digests(contents)
