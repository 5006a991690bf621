"""How the cost of this project's trainings grows, one short training a point."""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import data, jobs
from bench.processes import python_module, run_process
from regscope.datasets import Dataset

SECONDS_BETWEEN_SAMPLES = 0.25
FEW = 2

SEEDS = (1, 2, 5, 10, 20, 40)
CELLS = (1, 2, 4)
EPOCHS = (1, 2, 5, 10)
WIDTHS = (64, 128, 256, 512, 1024)
REPETITIONS = (1, 2, 5, 10)


@dataclass(frozen=True)
class Point:
    """One training: `value` of what is varied, and what stands beside it.

    `width` is of the first hidden layer, the second has half of it; `repetitions` of the
    training examples.
    """

    value: int
    seeds: int = FEW
    cells: int = 1
    epochs: int = 1
    width: int | None = None
    repetitions: int = 1


def points() -> dict[str, list[Point]]:
    """What is varied, and the points of each curve; all else is one epoch of cell `none`."""
    return {
        "seeds": [Point(value, seeds=value) for value in SEEDS],
        "cells": [Point(value, cells=value) for value in CELLS],
        "epochs": [Point(value, epochs=value) for value in EPOCHS],
        "width": [Point(value, width=value) for value in WIDTHS],
        "data": [Point(value, repetitions=value) for value in REPETITIONS],
    }


def measure() -> dict[str, list[dict[str, Any]]]:
    """Seconds, seconds a seed and peak memory (bytes) of every point."""
    job = jobs.mnist()
    with tempfile.TemporaryDirectory(dir=data.folder(job)) as private:
        return {
            name: [measured(point, job, Path(private)) for point in curve]
            for name, curve in points().items()
        }


def measured(point: Point, job: jobs.Job, private: Path) -> dict[str, Any]:
    prepared = _repeated(job, point.repetitions, private)
    path = private / "job.json"
    path.write_text(json.dumps(block(job, point)))
    seconds, memory = 0.0, 0
    for cell in job.cells[: point.cells]:
        words = ("--job", str(path), "--data", str(prepared), "--seeds", str(point.seeds))
        command = python_module("bench.ways.ours", *words, "--cells", cell)
        finished = run_process(command, every=SECONDS_BETWEEN_SAMPLES)
        seconds += finished.seconds
        memory = max(memory, finished.memory)
    print(f"bench: growth, {point}: {seconds:.1f} s", file=sys.stderr)
    return {
        "value": point.value,
        "seconds": round(seconds, 3),
        "seconds_a_seed": round(seconds / point.seeds, 4),
        "memory": memory,
    }


def block(job: jobs.Job, point: Point) -> dict[str, Any]:
    """The job's block with the sizes of this point."""
    varied = copy.deepcopy(job.block)
    varied["training"]["epochs"] = point.epochs
    if point.width is not None:
        varied["model"]["hidden"] = [point.width, point.width // 2]
    return varied


def _repeated(job: jobs.Job, times: int, private: Path) -> Path:
    original = data.folder(job) / data.PREPARED
    made = private / f"data-{times}"
    if times == 1:
        return original
    if not made.exists():
        made.mkdir()
        data.repeated(Dataset.load(original), times).save(made)
    return made
