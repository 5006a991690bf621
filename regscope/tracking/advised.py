"""Advice in MLflow: a run with its page and tables, and below it a run a method."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from regscope.advice.stored import stored
from regscope.base import paths
from regscope.base.digests import file_sha256
from regscope.base.errors import RegscopeError
from regscope.tracking import store
from regscope.tracking.runs import DIGEST
from regscope.tracking.track import Due, bring_up
from regscope.tracking.values import Value

if TYPE_CHECKING:
    from regscope.tracking.runs import Runs

ADVICE = "advice"
NUMBERS = {
    "validation": "validation",
    "test": "test",
    "difference": "difference",
    "low": "difference_low",
    "high": "difference_high",
    "p_holm": "p_holm",
    "new_low": "elsewhere_low",
    "new_high": "elsewhere_high",
    "seconds": "seconds",
}
"""An arm's numbers, and their names in MLflow."""


def track_advice(study: str) -> None:
    """Log the committed advice of a study, once, as `track` does its cells.

    Raises RegscopeError where there is none.
    """
    file = paths.advice(study) / paths.ADVICE_FILE
    if not file.is_file():
        raise RegscopeError(f"{study}: no advice in {paths.advice(study)}")
    digest = file_sha256(file)[:32]

    def log(uri: str, runs: Runs, lacking: Sequence[str]) -> None:
        del uri, lacking
        log_advice(runs, study, digest)

    bring_up(Due(study, f"{store.PREFIX}{ADVICE}/{study}", [digest], ADVICE, log))


def log_advice(runs: Runs, study: str, digest: str) -> None:
    """A run with what is advised, its files, and a child for every method."""
    data = stored(paths.advice(study))
    tags = {DIGEST: digest}
    parent = runs.begin_parent(ADVICE, tags, kind=ADVICE)
    for arm in data["arms"]:
        child = runs.begin_child(arm["arm"], parent, tags)
        runs.log(child, values(arm), params(arm), {"verdict": arm.get("verdict", "")})
        runs.complete_run(child)
    used = next(arm for arm in data["arms"] if arm["arm"] == data["advised"])
    asked = {name: str(data[name]) for name in ("measure", "trials", "seed", "test_seeds")}
    runs.log(parent, values(used), {**asked, **params(used)}, {"advised": data["advised"]})
    runs.client.log_artifacts(parent, str(paths.advice(study)))
    runs.client.log_artifact(parent, str(paths.advice_plots(study) / paths.CHOICES_FILE))
    runs.complete_run(parent)


def values(arm: Mapping[str, Any]) -> list[Value]:
    """Its numbers, those that it has, at its last epoch."""
    return list(_values(arm))


def _values(arm: Mapping[str, Any]) -> Iterator[Value]:
    for name, called in NUMBERS.items():
        value = arm.get(name)
        if value is not None and math.isfinite(value):
            yield Value(called, value, arm["epochs"])


def params(arm: Mapping[str, Any]) -> dict[str, str]:
    """Its settings as params.yaml has them."""
    methods = {f"regularizer.{name}": str(value) for name, value in arm["methods"].items()}
    return {
        "training.learning_rate": str(arm["learning_rate"]),
        "training.epochs": str(arm["epochs"]),
        **methods,
    }
