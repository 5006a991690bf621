"""A cell's tables as MLflow's metrics, params and tags: plain values, without mlflow.

Names: a measure has its own, as in metrics/; over a cell's seeds that is the mean, and
`low/<measure>`, `high/<measure>` and `sd/<measure>` are its t interval and standard deviation.
`epoch/<column>` are the curves. `difference/<measure>` and what follows it are the comparison
with the baseline, as the study stood when the cell was logged.
"""

from __future__ import annotations

import getpass
import math
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from regscope.base import paths
from regscope.base.json_files import read_json
from regscope.results import worded
from regscope.results.reader import read_rows
from regscope.statistics import mean_interval
from regscope.statistics.rounding import mean_and_deviation
from regscope.tracking.cells import MEASURES_FILE, Cell

COMPARED = {
    "difference": "difference",
    "low": "difference_low",
    "high": "difference_high",
    "p_value": "p",
    "p_holm": "p_holm",
    "probability_better": "probability_better",
    "detectable_difference": "detectable_difference",
}
"""Columns of comparisons.csv, and what stands before the measure's name in MLflow."""

MOST_CHARACTERS = 6000
"""MLflow's limit on a param's value."""


@dataclass(frozen=True)
class Value:
    """A metric's value at a step: the epoch, which for final values is the last one."""

    name: str
    value: float
    step: int


Curves = dict[int, list[Value]]
"""By seed: every column of every epoch, ascending."""


def curves(cell: Cell) -> Curves:
    found: Curves = {}
    for row in read_rows(paths.model(cell.study, cell.reg) / paths.HISTORY_FILE):
        seed, epoch = int(row.pop("seed")), int(row.pop("epoch"))
        # What is held out of a study's training is its test set.
        values = [
            Value(f"epoch/{name.replace('holdout', 'test')}", float(text), epoch)
            for name, text in row.items()
        ]
        found.setdefault(seed, []).extend(values)
    return found


def mean_curves(by_seed: Curves) -> list[Value]:
    together = zip(*by_seed.values(), strict=True)
    return [
        Value(values[0].name, math.fsum(v.value for v in values) / len(values), values[0].step)
        for values in together
    ]


def measures(cell: Cell) -> dict[int, dict[str, float]]:
    """By seed: its final measures, without those that it does not have."""
    return {
        int(row.pop("seed")): _numbers(row)
        for row in read_rows(paths.evaluation(cell.study, cell.reg) / MEASURES_FILE)
    }


def averages(by_seed: Mapping[int, Mapping[str, float]]) -> dict[str, float]:
    """Mean, t interval and standard deviation of every measure over the seeds that have it."""
    averaged: dict[str, float] = {}
    names = dict.fromkeys(name for seed in by_seed.values() for name in seed)
    for name in names:
        values = [seed[name] for seed in by_seed.values() if name in seed]
        interval = mean_interval(values)
        averaged |= {name: interval.mean}
        if len(values) > 1:
            averaged |= {f"low/{name}": interval.low, f"high/{name}": interval.high}
            averaged |= {f"sd/{name}": mean_and_deviation(values)[1]}
    return averaged


def comparisons(cell: Cell) -> tuple[dict[str, float], dict[str, str]]:
    """What the study says of the cell against the baseline: numbers, and verdicts as tags."""
    numbers: dict[str, float] = {}
    verdicts: dict[str, str] = {}
    for row in read_rows(paths.summary(cell.study) / "comparisons.csv"):
        if row["reg"] != cell.reg:
            continue
        measure = row["measure"]
        compared = _numbers({name: row[column] for column, name in COMPARED.items()})
        numbers |= {f"{name}/{measure}": value for name, value in compared.items()}
        verdicts[f"verdict.{measure}"] = worded(row)
    return numbers, verdicts


def params(cell: Cell) -> dict[str, str]:
    """The cell's settings, one param a value: `training.epochs`, `regularizer.l1`."""
    flat = {"reg": cell.reg, **dict(_flat(cell.settings))}
    return {name: str(value)[:MOST_CHARACTERS] for name, value in flat.items()}


def origin(cell: Cell) -> dict[str, str]:
    """As tags: study, cell, device, git revision, and the DVC experiment, if one runs."""
    environment = read_json(paths.model(cell.study, cell.reg) / paths.ENVIRONMENT, ("device",))
    tags = {
        "regscope.study": cell.study,
        "regscope.reg": cell.reg,
        "regscope.device": str(environment["device"]),
        "mlflow.user": _user(),
        "mlflow.source.name": "regscope",
        "mlflow.source.type": "LOCAL",
    }
    if revision := _git_revision():
        tags |= {"regscope.git_revision": revision, "mlflow.source.git.commit": revision}
    if name := os.environ.get("DVC_EXP_NAME", ""):
        tags["regscope.dvc_experiment"] = name
    return tags


def finals(values: Mapping[str, float], step: int) -> list[Value]:
    return [Value(name, value, step) for name, value in values.items()]


def _flat(settings: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        elif value != {}:
            yield f"{before}{name}", value


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _git_revision() -> str | None:
    """The commit that is checked out; None outside a git repository."""
    command = ["git", "rev-parse", "--verify", "--quiet", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None


def _numbers(row: Mapping[str, str]) -> dict[str, float]:
    """Without what is missing, and what is infinite, which not every store of MLflow holds."""
    found = {name: float(text) for name, text in row.items() if text != ""}
    return {name: value for name, value in found.items() if not math.isinf(value)}
