"""A path of strengths, cell by cell and as stacks of places: `python -m bench.places [--rounds N]`.

Twelve strengths of L2 and none, all seeds of the study `digits` on its validation part, through the
same workers, in turn. Both must come to the same bits.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from bench import data, readme, results
from bench.machine import measured
from bench.rounds import chosen_rounds
from regscope.base.errors import RegscopeError, run
from regscope.engine.cell import train_cells
from regscope.engine.together import Cells, apart, together
from regscope.engine.trained import TrainedCell
from regscope.study.params import BASELINE, Study, load_params

STUDY = "digits"
STRENGTHS = np.geomspace(1e-5, 1e-1, 12)

Dealt = Callable[[Study, Sequence[str], bool], list[Cells]]


def cell_by_cell(study: Study, regs: Sequence[str], stackable: bool) -> list[Cells]:  # noqa: ARG001
    return apart(study, regs)


WAYS: dict[str, Dealt] = {"cell by cell": cell_by_cell, "stacks of places": together}


def path() -> Study:
    """The study with the path for cells."""
    written = load_params().named(STUDY).model_dump(mode="json", exclude_none=True)
    cells = {
        f"l2_{number}": {"l2": float(f"{strength:.3g}")}
        for number, strength in enumerate(STRENGTHS)
    }
    return Study.model_validate(written | {"regularizers": {BASELINE: {}, **cells}})


def seconds(way: str, study: Study, prepared: Path) -> tuple[float, dict[str, TrainedCell]]:
    with mock.patch("regscope.engine.cell.together", WAYS[way]):
        started = time.perf_counter()
        trained = train_cells(study, list(study.cells), prepared, f"bench/{way}", "validation")
        return time.perf_counter() - started, trained


def measure(rounds: int) -> dict[str, Any]:
    """`rounds`: seconds by way; raises RegscopeError where two trainings come to other bits."""
    study, found = path(), []
    prepared = data.prepared(STUDY, study)
    first: dict[str, TrainedCell] = {}
    for number in range(rounds):
        ran = {}
        # The other one first in every other round.
        for way in list(WAYS)[:: 1 if number % 2 else -1]:
            took, trained = seconds(way, study, prepared)
            ran[way] = {"wall": round(took, 2)}
            first = first or trained
            check_equal(first, trained)
        found.append(ran)
    return {"cells": len(study.cells), "seeds": study.training.seeds, "rounds": found}


def check_equal(first: Mapping[str, TrainedCell], other: Mapping[str, TrainedCell]) -> None:
    for reg, cell in first.items():
        states = ((cell.state[name], other[reg].state[name]) for name in cell.state)
        pairs = [(cell.history, other[reg].history), *states]
        if not all(np.array_equal(mine, theirs) for mine, theirs in pairs):
            raise RegscopeError(f"{reg}: other bits in another stack")


def main() -> None:
    rounds = chosen_rounds("bench.places", __doc__, 4)
    started = time.monotonic()
    found = measured(**measure(rounds))
    results.write("places", {**found, "took": round(time.monotonic() - started)})
    readme.update()
    for ran in found["rounds"]:
        print(
            ", ".join(f"{way} {took['wall']:.1f} s" for way, took in ran.items()), file=sys.stderr
        )


if __name__ == "__main__":
    run(main)
