"""The evaluated cells of a study put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base import paths
from regscope.base.json_files import read_json
from regscope.base.tensors import read_tensors
from regscope.datasets import Dataset
from regscope.results.averages import mean_accuracy, pooled_bins
from regscope.results.compared import compare_cells
from regscope.results.complete import empty
from regscope.results.confusions import class_scores, confused_pairs
from regscope.results.discordant import discordant
from regscope.results.guessed import guess_table
from regscope.results.reader import read_table
from regscope.results.study import StudyResults, as_written
from regscope.study.params import Study
from regscope.tasks import Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def gather(name: str, study: Study) -> StudyResults:
    """Put the evaluated cells of a study together, in the order of params.yaml.

    Cells are compared by the digits that seeds.csv will hold, so that it gives the same again.
    """
    dataset = Dataset.load(paths.prepared(name))
    classes = dataset.classes

    task = study.task

    def table(kind: str) -> pd.DataFrame:
        return _by_cell(study, lambda reg: _read(name, reg, kind))

    def of(kind: Table, rows: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
        return _by_cell(study, rows) if kind in task.tables else empty(kind)

    @cache
    def confusion(reg: str) -> np.ndarray:
        return read_tensors(paths.evaluation(name, reg) / paths.ARRAYS_FILE)["confusion"]

    seeds = as_written(table("measures"))
    guess = as_written(guess_table(study, dataset))
    primary = study.primary_measure
    return StudyResults(
        seeds=seeds,
        layers=table("layers"),
        classes=of("classes", lambda reg: class_scores(confusion(reg), classes)),
        comparisons=compare_cells(seeds, study.evaluation.matters, guess, primary),
        units=table("units"),
        pruning=of(
            "pruning", lambda reg: mean_accuracy(_read(name, reg, "pruning"), ["scope", "fraction"])
        ),
        robustness=of(
            "robustness",
            lambda reg: mean_accuracy(_read(name, reg, "robustness"), ["corruption", "severity"]),
        ),
        reliability=of("reliability", lambda reg: pooled_bins(_read(name, reg, "reliability"))),
        confused=of("confused", lambda reg: confused_pairs(confusion(reg), classes)),
        discordant=discordant(name, study),
        guess=guess,
        primary=primary,
    )


def gather_environment(name: str, study: Study) -> dict[str, Any]:
    """What the cells were trained with, and measured with where that is another; a list where
    they differ."""
    trained = [paths.model(name, reg) / paths.ENVIRONMENT for reg in study.cells]
    measured = [paths.evaluation(name, reg) / paths.ENVIRONMENT for reg in study.cells]
    return joined_environments([*trained, *(file for file in measured if file.is_file())])


def joined_environments(files: Sequence[Path]) -> dict[str, Any]:
    """The environments in these files as one; a list where they differ."""
    found = [read_json(file) for file in files]
    gathered: dict[str, Any] = {}
    for key in dict.fromkeys(key for environment in found for key in environment):
        stated = [environment[key] for environment in found if key in environment]
        values = list(dict.fromkeys(stated))
        gathered[key] = values[0] if len(values) == 1 else values
    return gathered


def _by_cell(study: Study, table: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """`table(reg)` of every cell below one another, `reg` the first column."""
    import pandas as pd

    tables = []
    for reg in study.cells:
        found = table(reg)
        found.insert(0, "reg", reg)
        tables.append(found)
    return pd.concat(tables, ignore_index=True)


def _read(name: str, reg: str, kind: str) -> pd.DataFrame:
    return read_table(paths.evaluation(name, reg) / f"{kind}.csv")
