"""Logging the cells of a study that the store does not have yet: all that needs mlflow."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from regscope import results
from regscope.base import paths
from regscope.study.params import Study
from regscope.tracking import ledger, models, store, values, view
from regscope.tracking.begun import lacking, taken_over
from regscope.tracking.cells import Cell
from regscope.tracking.data import dataset_input, sample
from regscope.tracking.describe import cell_tags
from regscope.tracking.runs import COMPLETE, DIGEST, Logged, Runs
from regscope.tracking.standing import Experiment

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput, Run


def log_cells(uri: str, name: str, cells: Sequence[Cell]) -> int:
    """Log those of a study's cells that the store lacks; how many these were.

    To be called under the lock of `store.lock_file()`. Raises what mlflow raises, and RegscopeError
    where this version does not accept the settings of the results.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    study = results.trained(cells[0].study)
    # Models can only be logged by functions that read the address from here.
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient(uri)
    experiment = open_experiment(client, uri, name)
    # Some servers let nobody tag experiments.
    with suppress(MlflowException):
        shown = view.state(study.evaluation.primary_measure)
        client.set_experiment_tag(experiment[0], view.TAG, shown)
    runs = Runs(client, experiment[0])
    dataset, logged = None, 0
    for cell in cells:
        run = runs.complete(cell.key, cell.digest)
        if run is None:
            dataset = dataset or _dataset(cell)
            run = log_cell(runs, study, cell, dataset)
            logged += 1
        else:
            # A training streamed into them and came to results that are logged already.
            for begun in runs.begun(cell.key):
                runs.delete(begun.info.run_id)
        ledger.add(uri, name, experiment, cell.digest, run.info.run_id)
    return logged


def open_experiment(client: MlflowClient, uri: str, name: str) -> Experiment:
    """The experiment of that name, made if it is not there.

    One that was deleted is restored, with its runs, since a name is not given twice; this is said
    on stderr.
    """
    from mlflow.exceptions import MlflowException

    if client.get_experiment_by_name(name) is None:
        # Somebody else at the same server may be faster.
        with suppress(MlflowException):
            client.create_experiment(name, artifact_location=store.artifacts(uri, name))
    found = client.get_experiment_by_name(name)
    if found is None:
        raise MlflowException(f"the experiment {name} cannot be made")
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
        print(
            f"regscope: {name} was deleted at {store.shown(uri)}: restored, with its runs",
            file=sys.stderr,
        )
    return str(found.experiment_id), int(found.creation_time or 0)


def log_cell(runs: Runs, study: Study, cell: Cell, dataset: DatasetInput) -> Run:
    """Log a cell, or what is missing of one that was begun; its parent run."""
    tags = {**cell_tags(cell), DIGEST: cell.digest}
    params = values.params(cell)
    measures, curves = values.measures(cell), values.curves(cell)
    parent = taken_over(runs, cell.key, cell.digest, curves)
    parent = parent or runs.create_parent(cell.reg, cell.key, tags)
    run = parent.info.run_id
    # Before all else, since the model takes the run's params over.
    runs.log(run, [], Logged(params, tags))
    _log_seeds(runs, cell, run, Logged(params, tags), dataset)

    runs.remove_models(parent)
    data = sample(paths.prepared(cell.study))
    network = models.network(study, cell.reg, paths.model(cell.study, cell.reg), data)
    # Before the metrics, each of which would be asked for once more.
    models.log(network, data, runs.client, runs.client.get_run(run))
    with tempfile.TemporaryDirectory() as folder:
        collect_artifacts(cell, Path(folder))
        runs.client.log_artifacts(run, folder)
    runs.log_input(run, dataset)
    compared, verdicts = values.comparisons(cell)
    curve = values.mean_curves(curves)
    final = values.finals(values.averages(measures) | compared, curve[-1].step)
    runs.log(run, lacking(runs.points(parent), [*curve, *final]), Logged(tags=verdicts))
    runs.finish(run)
    return parent


def _log_seeds(runs: Runs, cell: Cell, parent: str, beside: Logged, dataset: DatasetInput) -> None:
    measures, curves = values.measures(cell), values.curves(cell)
    children = runs.children(parent)
    for seed, curve in curves.items():
        begun = children.get(seed)
        child = begun or runs.create_child(cell.reg, seed, parent, beside.tags)
        if COMPLETE in child.data.tags:
            continue
        run = child.info.run_id
        runs.log_input(run, dataset)
        final = values.finals(measures[seed], curve[-1].step)
        new = lacking(runs.points(child), [*curve, *final])
        # A new run has its tags from the beginning.
        tags = beside.tags if begun else {}
        runs.log(run, new, Logged({**beside.params, "seed": str(seed)}, tags))
        runs.finish(run)


def collect_artifacts(cell: Cell, folder: Path) -> None:
    """The cell's confusion matrix, and the study's figures as they stand now.

    All figures but the matrices show the cells of a study side by side; every cell's run has
    them, so that they stand beside its numbers also after another cell has changed.
    """
    plots = paths.plots(cell.study)
    figures = folder / "figures"
    figures.mkdir()
    for figure in sorted(plots.glob("*.png")):
        shutil.copy(figure, figures)
    shutil.copy(plots / "confusion" / f"{cell.reg}.csv", folder / "confusion.csv")


def _dataset(cell: Cell) -> DatasetInput:
    from mlflow.entities import DatasetInput, InputTag

    described = dataset_input(paths.prepared(cell.study), cell.settings["data"]["source"])
    # Of one digest whatever a run uses of it, since splits vary with the seed.
    return DatasetInput(
        described._to_mlflow_entity(), [InputTag("mlflow.data.context", "training")]
    )
