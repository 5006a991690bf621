"""Settings tried a minute, here and by Optuna: `python -m bench.searching [--rounds N]`.

Both search the same methods, values, learning rates and epochs of one study, as many settings of
each method, start included, in turn; with one process and with as many as there are cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench import data, readme, results
from bench.machine import measured
from bench.processes import ROOT, python_module, run_process
from bench.rounds import chosen_rounds
from bench.searching.job import ARRAYS, JOB, METHODS, STUDY, TRIALS
from regscope.advice.arms import Arm, arms_of
from regscope.base.errors import RegscopeError, run
from regscope.datasets import Dataset
from regscope.datasets.seen import as_seen
from regscope.models.mlp import MLP
from regscope.study.params import Study, load_params

RESULTS = "searching"


def main() -> None:
    rounds = chosen_rounds("bench.searching", __doc__, 3)
    started = time.monotonic()
    study = load_params().named(STUDY)
    prepared = data.prepared(STUDY, study)
    counts = sorted({1, os.cpu_count() or 1})
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_job(folder, study, Dataset.load(prepared))
        for number in range(rounds):
            ran = {}
            for way, workers in _in_turn(counts, number):
                ran[f"{way}/{workers}"] = _ran(way, workers, folder, prepared)
                print(
                    f"bench: round {number + 1}, {way}, {workers}: {ran[f'{way}/{workers}']}",
                    file=sys.stderr,
                )
            found.append(ran)
    job = {"study": STUDY, "methods": list(METHODS), "trials": TRIALS, "workers": counts}
    whole = round(time.monotonic() - started)
    results.write(RESULTS, measured(job=job, rounds=found, took=whole))
    readme.update()


def _in_turn(counts: list[int], number: int) -> Iterator[tuple[str, int]]:
    """The other one first in every other round."""
    for workers in counts:
        for way in ("ours", "eager")[:: 1 if number % 2 else -1]:
            yield way, workers


def write_job(folder: Path, study: Study, dataset: Dataset) -> None:
    """What a loop of one's own needs of a study, in plain files."""
    arms, _ = arms_of(study, dataset.input_shape, METHODS)
    split = dataset.split(study.split, 0, "validation", False)
    inputs = as_seen(torch.from_numpy(dataset.inputs), dataset.scale).numpy()
    labels = dataset.targets.astype(np.int64)
    train, validation = split.train, split.holdout
    np.savez(
        folder / ARRAYS,
        train_inputs=inputs[train], train_labels=labels[train],
        validation_inputs=inputs[validation], validation_labels=labels[validation],
    )  # fmt: skip
    alone = [_written(arm) for arm in arms if arm.mixed < 2]
    assert isinstance(study.model, MLP)
    job = {
        "arms": alone,
        "epochs": study.training.epochs,
        "batch_size": study.training.batch_size,
        "hidden": list(study.model.hidden),
        "inputs": int(np.prod(dataset.input_shape)),
        "classes": len(dataset.classes),
    }
    (folder / JOB).write_text(json.dumps(job))


def _written(arm: Arm) -> dict[str, Any]:
    values = list(arm.values.get(arm.name, ()))
    trials = TRIALS if values else len(arm.rates)
    return {"name": arm.name, "values": values, "rates": list(arm.rates), "trials": trials}


def _ran(way: str, workers: int, folder: Path, prepared: Path) -> dict[str, Any]:
    """Seconds by the clock, settings, and the best validation accuracy."""
    if way == "ours":
        command = python_module("bench.searching.ours", str(prepared))
        ended = run_process(command, {"REGSCOPE_WORKERS": str(workers)})
        return _told(ended.seconds, [json.loads(ended.output)])
    started = time.perf_counter()
    processes = [
        subprocess.Popen(
            python_module("bench.searching.eager", str(folder), str(worker), str(workers)),
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for worker in range(workers)
    ]  # fmt: skip
    printed = [process.communicate()[0] for process in processes]
    seconds = time.perf_counter() - started
    if any(process.returncode for process in processes):
        raise RegscopeError("bench.searching.eager: did not end well; what it said stands above")
    return _told(seconds, [json.loads(text) for text in printed])


def _told(wall: float, printed: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "wall": round(wall, 2),
        "settings": sum(one["settings"] for one in printed),
        "best": max(one["best"] for one in printed),
    }


if __name__ == "__main__":
    run(main)
