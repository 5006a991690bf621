"""Stack times and start-up, measured on this machine: `python -m bench.plan.record`.

Writes `bench/results/plan_record.json`, which the rest of this package reads. No time of a whole
training that is held against the simulation (`check`) goes into what the simulation reads.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench import jobs, results
from bench.data import prepared
from bench.machine import measured
from bench.plan.pool import trained
from bench.plan.recorded import ALONE, APART, CHECKED, HEAVY, PARTS, RECORD, SAME
from bench.plan.watching import Watched
from bench.processes import run_process
from regscope.arithmetic import Arithmetic
from regscope.base.errors import RegscopeError, run
from regscope.datasets import Dataset
from regscope.datasets.base import DATA_FILE
from regscope.engine import local
from regscope.engine.base import SurveyJob
from regscope.study.params import BASELINE, Study, load_params

CHECK = "check"

STEPS = 150
"""Of a stack that is timed, or two epochs."""

COPIES = 40
"""Of one stack, to see by how much its time spreads."""

STARTS = 20
ARITHMETICS: tuple[Arithmetic, ...] = ("fastest", "portable")
REPEATS = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.plan.record", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASURES, help="only these parts (all)")
    parser.add_argument("--checks", type=int, default=REPEATS, help=f"how often ({REPEATS})")
    chosen = parser.parse_args()
    found = with_head(results.load(RECORD) or {}, measured(), chosen.only is not None)
    for name in chosen.only or MEASURES:
        started = time.monotonic()
        found[name] = check(chosen.checks) if name == CHECK else MEASURES[name]()
        took = found.setdefault("seconds", {})
        took[name] = round(time.monotonic() - started)
        results.write(RECORD, found)


def with_head(before: dict[str, Any], head: dict[str, Any], parts: bool) -> dict[str, Any]:
    """What was recorded before, under a head that says when and on what it is recorded now.

    Raises RegscopeError where only `parts` of it would be of this machine.
    """
    if parts and before.get("machine", head["machine"]) != head["machine"]:
        raise RegscopeError(
            f"--only: {results.FOLDER / RECORD}.json is of another machine or other versions"
            f" ({before['machine']}) than are here ({head['machine']}): record all of it"
        )
    return before | head


def studies() -> dict[str, Study]:
    params = load_params()
    return {name: params.named(name) for name in params.studies}


def entry(name: str, **cut: Any) -> dict[str, Any]:
    """A study for the pool, shortened."""
    data = str(prepared(name, studies()[name]))
    return {"name": called(name, **cut), "data": data, **shortened(name, **cut)}


def beside() -> dict[str, Any]:
    """Stacks of all seeds and of one, both of two workers busy."""
    small = [name for name in studies() if name not in (*PARTS, *SAME)]
    stacks = [entry(name) for name in small if name not in APART]
    return trained(stacks + [entry(name, seeds=1) for name in small], 2)


def alone() -> dict[str, Any]:
    return trained([entry(name) for name in ALONE], 1)


def copies() -> dict[str, Any]:
    """One stack, trained again and again."""
    one = entry("digits", seeds=1)
    cell = one["study"]["regularizers"]["l2"]
    regs = [f"copy{number}" for number in range(COPIES)]
    one["study"]["regularizers"] = {BASELINE: {}} | dict.fromkeys(regs, cell)
    return trained([one | {"name": "copies", "regs": regs}], 2)


def parts() -> dict[str, Any]:
    return trained(
        [
            entry(name, seeds=seeds, train=train)
            for name, sizes in PARTS.items()
            for seeds in ((1,) if name in HEAVY else (None, 1))
            for train in sizes
        ],
        2,
    )


def check(repeats: int = REPEATS) -> list[dict[str, Any]]:
    """Studies whole, by one worker and by two in turn."""
    whole = [
        {"name": name, "data": str(prepared(name, study)), "regs": list(study.cells),
         "study": jobs.written(name)} for name, study in studies().items() if name in CHECKED
    ]  # fmt: skip
    return [
        {"workers": workers, **trained(whole, workers)}
        for _ in range(repeats)
        for workers in (1, 2)
    ]


def called(name: str, seeds: int | None = None, train: int | None = None) -> str:
    return " ".join(str(one) for one in (name, seeds, train) if one)


def shortened(name: str, seeds: int | None = None, train: int | None = None) -> dict[str, Any]:
    """A study's block with fewer epochs and so many seeds; with `train`, the cell without a method
    on so many examples."""
    block = jobs.written(name)
    training = block["training"]
    regs = list(block["regularizers"])
    if train is not None:
        block["split"] = {"train": train, "validation": 1}
        training |= {"epochs": 1, "precision": "float32"} if name in HEAVY else {"epochs": 2}
        regs = [BASELINE]
    else:
        batches = -(-jobs.as_study(block).train_size // training["batch_size"])
        training["epochs"] = min(training["epochs"], max(2, STEPS // batches))
    training["seeds"] = seeds or training["seeds"]
    return {"study": block, "regs": regs}


def described(study: Study, data: Path) -> dict[str, Any]:
    """Its sizes, and seconds of reading its data."""
    return {
        "cells": list(study.cells),
        "seeds": study.training.seeds,
        "epochs": study.training.epochs,
        "train": study.train_size,
        "arithmetic": study.training.arithmetic,
        "bytes": (data / DATA_FILE).stat().st_size,
        "load": processor_seconds(lambda: Dataset.load(data)),
    }


def processor_seconds(act: Callable[[], object]) -> float:
    """The median of some times of this process."""
    found = []
    for _ in range(REPEATS):
        started = time.process_time()
        act()
        found.append(time.process_time() - started)
    return round(statistics.median(found), 5)


def server_seconds() -> float:
    """Of a processor, to import what a worker does: what whoever forks workers does once."""
    command = [sys.executable, "-c", f"import {', '.join(local.PRELOADED)}"]
    return round(statistics.median(run_process(command).processor for _ in range(REPEATS)), 4)


def starts(arithmetic: Arithmetic) -> list[dict[str, float]]:
    return [started_once(arithmetic) for _ in range(STARTS)]


def started_once(arithmetic: Arithmetic) -> dict[str, float]:
    """Seconds that whoever starts a worker process is busy (`asked`), and until it has settled on
    its arithmetic and ended, having had nothing to train (`ended`)."""
    started = time.monotonic()
    with local.process(local._work, arithmetic, "start") as pipe:
        asked = time.monotonic() - started
        pipe.send(None)
        with suppress(EOFError, ConnectionResetError):
            pipe.recv()
        ended = time.monotonic() - started
    return {"asked": round(asked, 5), "ended": round(ended, 5)}


def survey_seconds(name: str, study: Study, data: Path) -> dict[str, float]:
    """Of a processor, by how many cells are surveyed."""
    settings = study.model_dump(mode="json", exclude_none=True)
    found = {}
    for regs in (tuple(study.cells)[:1], tuple(study.cells)):
        with Watched().watching() as watched:
            for _ in range(REPEATS):
                local.Local().survey(SurveyJob(settings, regs, data, "cpu"), name)
        found[str(len(regs))] = statistics.median(one["processor"] for one in watched.surveys)
    return found


MEASURES: dict[str, Callable[[], Any]] = {
    "studies": lambda: {
        name: described(study, prepared(name, study)) for name, study in studies().items()
    },
    "beside": beside,
    "alone": alone,
    "copies": copies,
    "parts": parts,
    "server": server_seconds,
    "starts": lambda: {kind: starts(kind) for kind in ARITHMETICS},
    "surveys": lambda: {
        name: survey_seconds(name, study, prepared(name, study))
        for name, study in studies().items()
        if study.model.kind == "tabular"
    },
    CHECK: check,
}


if __name__ == "__main__":
    run(main)
