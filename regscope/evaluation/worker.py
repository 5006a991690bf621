"""A worker process: measures one trained cell after another, with one thread."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from typing import Any

import torch

from regscope.arithmetic import settle
from regscope.base import paths
from regscope.base.environment import environment
from regscope.base.errors import RegscopeError
from regscope.base.files import write_csv, write_json
from regscope.base.folders import whole_folder
from regscope.base.made import with_outputs
from regscope.base.processes import leave_interrupts_to_parent
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.engine.messages import asked, errors_told, tell
from regscope.evaluation.cell import EMPTY, evaluate_cell
from regscope.evaluation.provenance import OUTPUTS
from regscope.stacking.allocator import keep_freed_memory
from regscope.study.params import Study


def work(job: dict[str, Any], messages: Connection) -> None:
    """Measure the cells that `messages` brings, each with what it is made from.

    Sends `(name, seconds)` when a cell's folder is in place, and `{"error": text}` when one cannot
    be measured, which ends the work.
    """
    leave_interrupts_to_parent()
    # One thread: sums are then the same however many cores there are.
    torch.set_num_threads(1)
    keep_freed_memory()
    with errors_told(messages):
        name, study = job["name"], Study.model_validate(job["study"])
        arithmetic = study.training.arithmetic
        lacking = settle("portable") if arithmetic == "portable" else None
        dataset = Dataset.load(paths.prepared(name))
        for reg, made in asked(messages):
            started = time.monotonic()
            try:
                _measure(name, study, reg, made, dataset, lacking)
            except RegscopeError as error:
                raise RegscopeError(f"{reg}: {error}") from error
            tell(messages, (reg, time.monotonic() - started))


def _measure(
    name: str,
    study: Study,
    reg: str,
    made: dict[str, Any],
    dataset: Dataset,
    lacking: str | None,
) -> None:
    with whole_folder(paths.evaluation(name, reg)) as folder:
        if lacking:
            print(f"regscope: {name}/{reg}: not measured by portable arithmetic: {lacking}")
            measured = environment("cpu", study.training.precision, "not portable")
            write_json(folder / paths.ENVIRONMENT, measured)
        result = evaluate_cell(study, reg, paths.model(name, reg), dataset)
        for table, rows in result.tables.items():
            write_csv(folder / f"{table}.csv", rows, EMPTY.get(table, ()))
        write_tensors(folder / paths.ARRAYS_FILE, result.arrays)
        write_json(folder / paths.MADE_FROM, with_outputs(made, folder, OUTPUTS))
