"""Runs that were begun and not ended: whether what they hold is of the numbers at hand.

Settings alone do not decide a cell's numbers: so do the library's code, the device and the data.
A training that starts anew after one of these has changed finds the epochs of another one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from regscope.tracking.runs import DIGEST, Points, Runs
from regscope.tracking.values import Curves, Value

if TYPE_CHECKING:
    from mlflow.entities import Run

TOLERANCE = 1e-6
"""Relative. Tables hold nine digits of a number, streamed epochs all of them."""


def agree(there: Points, values: Iterable[Value]) -> bool:
    """Whether the values are those that are there, at the steps that both have."""
    return all(
        math.isclose(there[value.name, value.step], value.value, rel_tol=TOLERANCE)
        for value in values
        if (value.name, value.step) in there
    )


def lacking(there: Points, values: Iterable[Value]) -> list[Value]:
    return [value for value in values if (value.name, value.step) not in there]


def taken_over(runs: Runs, key: str, digest: str, curves: Curves) -> Run | None:
    """The newest begun parent with these settings whose epochs are those of `curves`.

    The others are superseded. One that was tracked half-way has the digest of its results.
    """
    chosen = None
    for parent in runs.begun(key):
        of = parent.data.tags.get(DIGEST)
        fits = of == digest or (of is None and _holds(runs, parent, curves))
        if chosen is None and fits:
            chosen = parent
        else:
            runs.supersede(parent.info.run_id)
    return chosen


def _holds(runs: Runs, parent: Run, curves: Mapping[int, list[Value]]) -> bool:
    children = runs.children(parent.info.run_id)
    return all(
        seed in curves and agree(runs.points(child), curves[seed])
        for seed, child in children.items()
    )
