"""A study's test rows told by scikit-learn's models, seed by seed, and what training took."""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench.beside.models import NAMES, fitted
from bench.machine import measured
from regscope.arithmetic import settle
from regscope.datasets.base import Dataset
from regscope.study.params import BASELINE, Study

OURS_SEEDS = 10
"""Of those that are trained for the clock, as one stack."""


def measures_of(quantity: bool) -> tuple[str, str]:
    """What is compared, by the names that this project's own results have."""
    return ("test_r2", "test_rmse") if quantity else ("test_accuracy", "balanced_accuracy")


def scores(dataset: Dataset, rows: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Of predictions for `rows`: classes by their numbers, or numbers in their own unit."""
    from sklearn import metrics

    true = dataset.targets[rows]
    if dataset.quantity is not None:
        found = (
            metrics.r2_score(true, predicted),
            metrics.root_mean_squared_error(true, predicted),
        )
    else:
        found = (
            metrics.accuracy_score(true, predicted),
            metrics.balanced_accuracy_score(true, predicted),
        )
    names = measures_of(dataset.quantity is not None)
    return {name: float(f"{value:.9g}") for name, value in zip(names, found, strict=True)}


def measure(name: str, study: Study, seeds: int) -> dict[str, Any]:
    """What `bench/results/beside/NAME.json` holds, but for this project's own results.

    `seconds` are a seed's of one core, to prepare and to train, without reading the file and
    without imports; those of this project with the tests that it makes after every epoch.
    """
    settle(study.training.arithmetic)
    with tempfile.TemporaryDirectory() as folder:
        study.data.download(Path(folder))
        dataset = study.data.prepared(Path(folder), name)
    ways: dict[str, list[dict[str, float]]] = {way: [] for way in NAMES}
    for seed in range(seeds):
        for way in NAMES:
            ways[way].append(measured_seed(way, study, dataset, seed))
            print(
                f"beside: {name}, {way}, seed {seed}: {ways[way][-1]}", file=sys.stderr, flush=True
            )
    found = measured(
        study=name,
        quantity=None if dataset.quantity is None else dataset.quantity.called,
        primary=_primary(study, dataset),
        rows=_rows(study, dataset),
        weighted=study.training.class_weights is not None,
        ways=ways,
        seconds=_seconds(study, dataset),
    )
    found["machine"]["versions"]["scikit-learn"] = version("scikit-learn")
    return found


def measured_seed(way: str, study: Study, dataset: Dataset, seed: int) -> dict[str, float]:
    from threadpoolctl import threadpool_limits

    split = dataset.split(study.split, seed)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        started = time.process_time()
        model = fitted(way, study, dataset, split.train, seed)
        seconds = time.process_time() - started
        predicted = model.predict(dataset.inputs[split.holdout].astype(np.float64))
    return scores(dataset, split.holdout, predicted) | {"seconds": round(seconds, 3)}


def _primary(study: Study, dataset: Dataset) -> str:
    """By which measure it is told who is ahead: the study's own, if that is compared."""
    first, second = measures_of(dataset.quantity is not None)
    return second if study.evaluation.primary == second else first


def _rows(study: Study, dataset: Dataset) -> dict[str, int]:
    split = dataset.split(study.split, 0)
    return {"train": len(split.train), "test": len(split.holdout)}


def _seconds(study: Study, dataset: Dataset) -> float:
    """What a seed of the cell without a regularizer takes, trained beside others on one core."""
    import torch

    from regscope.training.loop import cell_trainer

    torch.set_num_threads(1)
    seeds = min(OURS_SEEDS, study.training.seeds)
    started = time.process_time()
    cell_trainer(study, study.cells[BASELINE].methods(), dataset, range(seeds)).run()
    return round((time.process_time() - started) / seeds, 3)
