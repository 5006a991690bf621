"""A strength path: one family's cells from no regularization to far too much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from regscope.study.params import BASELINE, Study
from regscope.sweeps.measured import Measured, candidates, train_and_measure
from regscope.sweeps.settings import Family, at_strength, mixture


@dataclass(frozen=True)
class Path:
    """The candidates of one family: a study whose cells are the strengths.

    `strengths` is `{cell: strength}`, with the baseline at 0.
    """

    study: Study
    strengths: dict[str, float]


def path_of(study: Study, family: str, settings: Family, seeds: int) -> Path:
    """Every strength as a cell like the study's own cell `family`, and the baseline at 0.

    Raises RegscopeError where a strength cannot be.
    """
    factors = mixture(study, family, settings)
    cells: dict[str, dict[str, Any]] = {}
    strengths = {BASELINE: 0.0}
    for number, strength in enumerate(settings.strengths, start=1):
        name = f"strength_{number}"
        strengths[name] = strength
        cells[name] = {
            method.name: at_strength(method, factors[method.name] * strength)
            for method in study.cells[family].methods()
        }
    return Path(candidates(study, cells, seeds), strengths)


def published_strength(study: Study, family: str, settings: Family) -> float | None:
    """Where the study's own cell lies on the path; None where its parts are mixed otherwise."""
    factors = mixture(study, family, settings)
    found = [
        getattr(method, method.main) / factors[method.name]
        for method in study.cells[family].methods()
    ]
    same = all(math.isclose(strength, found[0], rel_tol=1e-6) for strength in found)
    return float(f"{found[0]:.10g}") if same else None


def measure_path(name: str, path: Path, label: str) -> tuple[Measured, list[dict[str, float]]]:
    """Train and measure the whole path; one row a strength and seed, the baseline first."""
    measured = train_and_measure(name, path.study, label)
    rows = [
        {"strength": strength, **row}
        for cell, strength in path.strengths.items()
        for row in measured.rows[cell]
    ]
    return measured, rows
