"""Logging the cells of a study: what of tracking needs torch."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from regscope import results
from regscope.base import paths
from regscope.datasets import Dataset
from regscope.study.params import Study
from regscope.tracking import models, values, view
from regscope.tracking.cells import Cell
from regscope.tracking.runs import DIGEST, Runs

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput


def log_cells(uri: str, runs: Runs, cells: Sequence[Cell]) -> None:
    """Log cells of one study into the store at `uri`, where `runs` are.

    To be called under the lock of `ledger.lock_file()`. Raises what mlflow raises, and
    RegscopeError where this version does not accept the settings of the results.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    # Models can only be logged by functions that read the address from here.
    mlflow.set_tracking_uri(uri)
    name = cells[0].study
    study, prepared = results.trained(name), paths.prepared(name)
    # Some servers let nobody tag experiments.
    with suppress(MlflowException):
        shown = view.state(study.primary_measure)
        runs.client.set_experiment_tag(runs.experiment, view.TAG, shown)
    data = Dataset.load(prepared)
    used = models.data_input(data, prepared, cells[0].settings["data"]["source"])
    for cell in cells:
        log_cell(runs, study, cell, data, used)


def log_cell(runs: Runs, study: Study, cell: Cell, data: Dataset, used: DatasetInput) -> None:
    """Log a cell: its parent run, and a child a seed."""
    params, tags = values.params(cell), {**values.origin(cell), DIGEST: cell.digest}
    measures, curves = values.measures(cell), values.curves(cell)
    parent = runs.begin_parent(cell.reg, tags)
    for seed, curve in curves.items():
        child = runs.begin_seed(cell.reg, seed, parent, tags)
        runs.client.log_inputs(child, [used])
        final = values.finals(measures[seed], curve[-1].step)
        runs.log(child, [*curve, *final], {**params, "seed": str(seed)})
        runs.complete_run(child)

    network = models.network(study, cell.reg, paths.model(cell.study, cell.reg), data)
    # Before the metrics, each of which would be asked for once more.
    models.log(network, data, runs, parent, params)
    with tempfile.TemporaryDirectory() as folder:
        copy_artifacts(cell.study, cell.reg, Path(folder))
        runs.client.log_artifacts(parent, folder)
    runs.client.log_inputs(parent, [used])
    compared, verdicts = values.comparisons(cell)
    curve = values.mean_curves(curves)
    final = values.finals(values.averages(measures) | compared, curve[-1].step)
    runs.log(parent, [*curve, *final], params, verdicts)
    runs.complete_run(parent)


def copy_artifacts(study: str, reg: str, folder: Path) -> None:
    """A cell's own tables, and the study's figures as they stand now, into a folder.

    Its tables are the confusion matrix, or of numbers what was predicted. All figures show the
    cells of a study side by side; every cell's run has them, so that they stand beside its numbers
    also after another cell has changed.
    """
    plots = paths.plots(study)
    figures = folder / "figures"
    figures.mkdir()
    for figure in sorted(plots.glob("*.png")):
        shutil.copy(figure, figures)
    for table in sorted(plots.glob(f"*/{reg}.csv")):
        shutil.copy(table, folder / f"{table.parent.name}.csv")
