"""The record, `bench/results/plan_record.json`: which studies it holds, and of which only parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench import results
from regscope.base.errors import RegscopeError

Record = Mapping[str, Any]

RECORD = "plan_record"

CHECKED = ("digits", "diabetes")
"""Trained whole, for the check: they take minutes."""

ALONE = (*CHECKED, "khan")
"""Whose stacks are timed with one worker, too."""

PARTS = {
    "mnist": (6400, 19_200),
    "mnist_dense": (6400, 19_200),
    "fashion": (256, 768),
    "tiny_imagenet": (256, 768),
    "tiny_efficientnet": (256, 768),
}
"""Training examples of two parts of studies whose epochs take long, of which the cell without a
method is timed."""

HEAVY = ("fashion", "tiny_imagenet", "tiny_efficientnet")
"""Of these one epoch of one seed, in float32, which every processor has kernels for."""

SAME = {"mnist_torch_init": "mnist"}
"""The same but for its first weights, and timed once."""

APART = ("pos",)
"""Whose seeds train one by one."""


def load() -> Record:
    """Raises RegscopeError where there is none."""
    found = results.load(RECORD)
    if found is None:
        path = results.FOLDER / f"{RECORD}.json"
        raise RegscopeError(f"{path}: no such file; `python -m bench.plan.record` makes it")
    return found
