"""What every way is told, and what it says at its end. Only the standard library.

A way reads a job, which is a study's block of params.yaml as JSON, and prints one line of JSON:
how long it took until its first training step, and the test accuracies.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

STARTED = "REGSCOPE_BENCH_STARTED"
"""The environment variable with the time at which the process was started."""

ARRAYS = "arrays.npz"
"""All pictures and labels as bytes: `x_train`, `y_train`, `x_test`, `y_test`."""


def arguments(description: str | None, **extra: Any) -> argparse.Namespace:
    """The words that every way understands, read from the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--job", type=Path, required=True, help="a study's block as JSON")
    parser.add_argument("--data", type=Path, required=True, help="the folder with the data")
    parser.add_argument("--cells", nargs="+", metavar="REG", help="only these cells")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds to train")
    parser.add_argument("--short", action="store_true", help="leave out what starting costs")
    for name, options in extra.items():
        parser.add_argument(f"--{name}", **options)
    return parser.parse_args()


class Record:
    """Takes the time from the start of the process, and gathers accuracies by cell.

    `accuracies` is `{cell: [one list a seed, one number an epoch]}`.
    """

    def __init__(self) -> None:
        # Run by hand, a way does not know when its process began: it starts counting here.
        self.started = float(os.environ.get(STARTED) or time.time())
        self.start: float | None = None
        self.rest: float | None = None
        self.accuracies: dict[str, list[list[float]]] = {}

    def first_step(self) -> None:
        """Called before every training; the first call ends the start-up."""
        if self.start is None:
            self.start = time.time() - self.started

    def add(self, cell: str, accuracies: list[float]) -> None:
        self.accuracies.setdefault(cell, []).append(accuracies)

    def finish(self, *packages: str, **more: Any) -> None:
        """Print the line, with the versions of `packages`."""
        said = {
            "start": self.start,
            "accuracies": self.accuracies,
            "versions": {package: version(package).partition("+")[0] for package in packages},
        }
        if self.rest is not None:
            said["rest"] = self.rest
        print(json.dumps(said | more), file=sys.stdout, flush=True)


Train = Callable[[dict[str, Any], dict[str, float], int], list[float]]


def train_all(chosen: argparse.Namespace, record: Record, train: Train) -> None:
    """Call `train(study, methods, seed)` for every cell and seed and keep its test accuracies.

    With `--short` every cell is first trained twice on three examples with two tests. The first
    time starts everything; the second is what a training costs whatever its length, and is taken
    from the time of the full one.
    """
    study = json.loads(chosen.job.read_text())
    cells = study["regularizers"]
    fixed = 0.0
    if chosen.short:
        for _ in range(2):
            started = time.perf_counter()
            for cell in chosen.cells or cells:
                train(brief(study), cells[cell], chosen.seed)
            fixed = time.perf_counter() - started
    started = time.perf_counter()
    for cell in chosen.cells or cells:
        for seed in range(chosen.seed, chosen.seed + chosen.seeds):
            record.add(cell, train(study, cells[cell], seed))
    if chosen.short:
        record.rest = time.perf_counter() - started - fixed


def brief(study: dict[str, Any]) -> dict[str, Any]:
    """The same study with one small training step and two tests."""
    split = {"train": 3, "validation": 1}
    return {**study, "split": split, "training": {**study["training"], "epochs": 1}, "tests": 2}
